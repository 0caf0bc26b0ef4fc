import {
  createServiceFactory,
  type BackendFeature,
} from '@backstage/backend-plugin-api';
import {
  mockCredentials,
  mockServices,
  startTestBackend,
} from '@backstage/backend-test-utils';
import type { Entity } from '@backstage/catalog-model';
import type { JsonObject } from '@backstage/types';
import { catalogServiceMock } from '@backstage/plugin-catalog-node/testUtils';
import {
  signalsServiceRef,
  type SignalsService,
} from '@backstage/plugin-signals-node';
import { appNetworkPlugin } from '../plugin';
import { apiClient } from '../testing/apiClient';

/**
 * A backend with the plugin, and a client that speaks to it for a user.
 *
 * @param options.appNetwork - `appNetwork` of app-config
 * @param options.entities - of the catalog
 */
export async function startBackend(options: {
  appNetwork: JsonObject;
  entities?: Entity[];
  publish?: SignalsService['publish'];
  features?: BackendFeature[];
}) {
  const { appNetwork, entities = [], features = [] } = options;
  const { publish = async () => {} } = options;
  const backend = await startTestBackend({
    features: [
      appNetworkPlugin,
      mockServices.rootConfig.factory({ data: { appNetwork } }),
      catalogServiceMock.factory({ entities }),
      createServiceFactory({
        service: signalsServiceRef,
        deps: {},
        factory: () => ({ publish }),
      }),
      ...features,
    ],
  });
  const { server } = backend;
  return {
    server,
    api: apiClient(server, mockCredentials.user.header()),
    stop: () => backend.stop(),
  };
}

/** A backend that a test has started. */
export type StartedBackend = Awaited<ReturnType<typeof startBackend>>;
