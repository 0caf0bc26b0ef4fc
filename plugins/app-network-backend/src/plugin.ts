import {
  coreServices,
  createBackendPlugin,
} from '@backstage/backend-plugin-api';

/**
 * Puts applications on the network of the clusters in `appNetwork.clusters`.
 *
 * @public
 */
export const appNetworkPlugin = createBackendPlugin({
  pluginId: 'app-network',
  register(env) {
    env.registerInit({
      deps: { logger: coreServices.logger },
      async init({ logger }) {
        logger.info('App Network started');
      },
    });
  },
});
