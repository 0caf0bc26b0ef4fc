import { createBackendModule } from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';

/**
 * Adds the scaffolder actions of App Network.
 *
 * @public
 */
export const scaffolderModuleAppNetwork = createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'app-network',
  register(env) {
    env.registerInit({
      deps: { actions: scaffolderActionsExtensionPoint },
      async init({ actions }) {
        actions.addActions();
      },
    });
  },
});
