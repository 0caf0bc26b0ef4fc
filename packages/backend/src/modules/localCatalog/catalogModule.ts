import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { catalogProcessingExtensionPoint } from '@backstage/plugin-catalog-node';
import { catalogDirectory } from './directory';
import { createLocalCatalogProvider } from './provider';

/** Feeds the entities that templates have created to the catalog. */
export default createBackendModule({
  pluginId: 'catalog',
  moduleId: 'local-catalog',
  register(env) {
    env.registerInit({
      deps: {
        catalog: catalogProcessingExtensionPoint,
        config: coreServices.rootConfig,
        lifecycle: coreServices.lifecycle,
        logger: coreServices.logger,
      },
      async init({ catalog, config, lifecycle, logger }) {
        const ended = new AbortController();
        lifecycle.addShutdownHook(() => ended.abort());
        catalog.addEntityProvider(
          createLocalCatalogProvider({
            directory: catalogDirectory(config),
            logger,
            signal: ended.signal,
          }),
        );
      },
    });
  },
});
