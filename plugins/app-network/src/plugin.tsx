import {
  ApiBlueprint,
  createFrontendPlugin,
  discoveryApiRef,
  fetchApiRef,
  PageBlueprint,
} from '@backstage/frontend-plugin-api';
import { EntityContentBlueprint } from '@backstage/plugin-catalog-react/alpha';
import { FormFieldBlueprint } from '@backstage/plugin-scaffolder-react/alpha';
import { RiGlobalLine } from '@remixicon/react';
import { appNetworkApiRef } from './api/AppNetworkApi';
import { AppNetworkClient } from './api/AppNetworkClient';
import {
  createTemplateRouteRef,
  entityContentRouteRef,
  rootRouteRef,
} from './routes';

const api = ApiBlueprint.make({
  params: defineParams =>
    defineParams({
      api: appNetworkApiRef,
      deps: { discoveryApi: discoveryApiRef, fetchApi: fetchApiRef },
      factory: deps => new AppNetworkClient(deps),
    }),
});

const platformPage = PageBlueprint.make({
  params: {
    path: '/app-network',
    title: 'Network',
    icon: <RiGlobalLine fontSize="inherit" />,
    routeRef: rootRouteRef,
    loader: () =>
      import('./components/PlatformPage/PlatformPage').then(
        ({ PlatformPage }) => <PlatformPage />,
      ),
  },
});

const entityContent = EntityContentBlueprint.make({
  name: 'network',
  params: {
    path: '/network',
    title: 'Network',
    group: 'deployment',
    routeRef: entityContentRouteRef,
    filter: { kind: 'component' },
    loader: () =>
      import('./components/EntityNetworkContent/EntityNetworkContent').then(
        ({ EntityNetworkContent }) => <EntityNetworkContent />,
      ),
  },
});

const clusterPicker = FormFieldBlueprint.make({
  name: 'cluster-picker',
  params: {
    field: () =>
      import('./scaffolder/clusterPickerField').then(
        ({ clusterPickerField }) => clusterPickerField,
      ),
  },
});

/**
 * App Network in the portal: the Network tab of components, the Network platform page, and the cluster picker of templates.
 * @public
 */
export const appNetworkPlugin = createFrontendPlugin({
  pluginId: 'app-network',
  title: 'Network',
  icon: <RiGlobalLine fontSize="inherit" />,
  extensions: [api, platformPage, entityContent, clusterPicker],
  routes: { root: rootRouteRef, entityContent: entityContentRouteRef },
  externalRoutes: { createTemplate: createTemplateRouteRef },
});
