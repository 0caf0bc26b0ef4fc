import { createFrontendPlugin } from '@backstage/frontend-plugin-api';

/**
 * Shows what an application has on the network.
 *
 * @public
 */
export const appNetworkPlugin = createFrontendPlugin({
  pluginId: 'app-network',
  extensions: [],
});
