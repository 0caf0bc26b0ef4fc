import {
  createExternalRouteRef,
  createRouteRef,
} from '@backstage/frontend-plugin-api';

/** The Network platform page. */
export const rootRouteRef = createRouteRef();

/** The Network tab of an entity. */
export const entityContentRouteRef = createRouteRef();

/** Where templates are chosen; bound to the scaffolder's page where there is one. */
export const createTemplateRouteRef = createExternalRouteRef({
  defaultTarget: 'scaffolder.root',
});
