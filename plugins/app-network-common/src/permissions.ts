import { createPermission } from '@backstage/plugin-permission-common';

/** Look at clusters, platforms and applications' networks. @public */
export const appNetworkReadPermission = createPermission({
  name: 'app-network.read',
  attributes: { action: 'read' },
});

/** Create or change an AppNetwork. @public */
export const appNetworkApplyPermission = createPermission({
  name: 'app-network.apply',
  attributes: { action: 'update' },
});

/** Delete an AppNetwork, and with it all that was made for it. @public */
export const appNetworkDeletePermission = createPermission({
  name: 'app-network.delete',
  attributes: { action: 'delete' },
});

/** Apply a workload (namespace, service account, Deployment, Service) from a template. @public */
export const appNetworkDeployPermission = createPermission({
  name: 'app-network.deploy',
  attributes: { action: 'create' },
});

/** Plan and make changes to a cluster's NetworkPlatform, its removal included. @public */
export const appNetworkPlatformPermission = createPermission({
  name: 'app-network.platform',
  attributes: { action: 'update' },
});

/** All permissions of the plugin. @public */
export const appNetworkPermissions = [
  appNetworkReadPermission,
  appNetworkApplyPermission,
  appNetworkDeletePermission,
  appNetworkDeployPermission,
  appNetworkPlatformPermission,
];
