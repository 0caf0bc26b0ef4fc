import { appNetworkServiceRef } from '@app-network/backstage-plugin-app-network-node';
import { createBackendModule } from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { createDeleteAction } from './actions/delete';
import { createDeployAction } from './actions/deploy';
import { createExposeAction } from './actions/expose';

/**
 * Adds the scaffolder actions `app-network:expose`, `app-network:deploy` and `app-network:delete`.
 *
 * @public
 */
export const scaffolderModuleAppNetwork = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'app-network',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        appNetworks: appNetworkServiceRef,
      },
      async init({ actions, appNetworks }) {
        actions.addActions(
          createExposeAction(appNetworks),
          createDeployAction(appNetworks),
          createDeleteAction(appNetworks),
        );
      },
    });
  },
});
