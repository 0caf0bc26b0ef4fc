import { InMemoryCatalogClient } from '@backstage/catalog-client/testUtils';
import { createDevApp } from '@backstage/frontend-dev-utils';
import {
  ApiBlueprint,
  createFrontendModule,
} from '@backstage/frontend-plugin-api';
import catalogPlugin from '@backstage/plugin-catalog/alpha';
import { catalogApiRef } from '@backstage/plugin-catalog-react';
import { permissionApiRef } from '@backstage/plugin-permission-react';
import { AuthorizeResult } from '@backstage/plugin-permission-common';
import plugin, { appNetworkApiRef } from '../src';
import { entities } from './fixtures/entities';
import { FixtureAppNetworkApi } from './fixtures/FixtureAppNetworkApi';

// Shows the plugin in its states without a backend or a cluster: everything that answers here is a fixture.

const catalogFixture = createFrontendModule({
  pluginId: 'catalog',
  extensions: [
    ApiBlueprint.make({
      params: defineParams =>
        defineParams({
          api: catalogApiRef,
          deps: {},
          factory: () => new InMemoryCatalogClient({ entities }),
        }),
    }),
  ],
});

const appNetworkFixture = createFrontendModule({
  pluginId: 'app-network',
  extensions: [
    ApiBlueprint.make({
      params: defineParams =>
        defineParams({
          api: appNetworkApiRef,
          deps: {},
          factory: () => new FixtureAppNetworkApi(),
        }),
    }),
  ],
});

const permissionFixture = createFrontendModule({
  pluginId: 'app',
  extensions: [
    ApiBlueprint.make({
      name: 'permission',
      params: defineParams =>
        defineParams({
          api: permissionApiRef,
          deps: {},
          factory: () => ({
            authorize: async () => ({ result: AuthorizeResult.ALLOW }),
          }),
        }),
    }),
  ],
});

createDevApp({
  features: [
    catalogPlugin,
    catalogFixture,
    plugin,
    appNetworkFixture,
    permissionFixture,
  ],
});
