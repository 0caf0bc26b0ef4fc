import {
  coreServices,
  createServiceFactory,
  createServiceRef,
} from '@backstage/backend-plugin-api';
import type { AppNetworkService } from './AppNetworkService';
import { createAppNetworkService } from './createAppNetworkService';

/**
 * Applications on the network, for any backend plugin or module that names it among its dependencies. It calls the backend plugin of App
 * Network, in this backend or another, on behalf of the credentials that each call is given.
 * @public
 */
export const appNetworkServiceRef = createServiceRef<AppNetworkService>({
  id: 'app-network',
  scope: 'plugin',
  defaultFactory: async service =>
    createServiceFactory({
      service,
      deps: { discovery: coreServices.discovery, auth: coreServices.auth },
      factory: createAppNetworkService,
    }),
});
