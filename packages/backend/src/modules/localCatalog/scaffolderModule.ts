import {
  coreServices,
  createBackendModule,
} from '@backstage/backend-plugin-api';
import { scaffolderActionsExtensionPoint } from '@backstage/plugin-scaffolder-node';
import { catalogDirectory } from './directory';
import { createRegisterAction } from './registerAction';

/** Adds the scaffolder action `local-catalog:register`. */
export default createBackendModule({
  pluginId: 'scaffolder',
  moduleId: 'local-catalog',
  register(env) {
    env.registerInit({
      deps: {
        actions: scaffolderActionsExtensionPoint,
        config: coreServices.rootConfig,
      },
      async init({ actions, config }) {
        actions.addActions(createRegisterAction(catalogDirectory(config)));
      },
    });
  },
});
