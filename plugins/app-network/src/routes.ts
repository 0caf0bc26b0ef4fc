import {
  createExternalRouteRef,
  createRouteRef,
  createSubRouteRef,
} from '@backstage/frontend-plugin-api';

/** The Network platform page. */
export const rootRouteRef = createRouteRef();

/** Where the platform of a cluster is changed, or one is installed. */
export const changePlatformRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/:cluster/change',
});

/** Where the platform of a cluster is removed. */
export const removePlatformRouteRef = createSubRouteRef({
  parent: rootRouteRef,
  path: '/:cluster/remove',
});

/** The Network tab of an entity. */
export const entityContentRouteRef = createRouteRef();

/** Where templates are chosen; bound to the scaffolder's page where there is one. */
export const createTemplateRouteRef = createExternalRouteRef({
  defaultTarget: 'scaffolder.root',
});
