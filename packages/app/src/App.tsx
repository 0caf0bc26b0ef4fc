import { createApp } from '@backstage/frontend-defaults';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { navigation } from './navigation';
import { signInPage } from './signInPage';

// The plugins themselves are found among this package's dependencies: app.packages in app-config.yaml.
export default createApp({
  features: [
    createFrontendModule({
      pluginId: 'app',
      extensions: [navigation, signInPage],
    }),
  ],
});
