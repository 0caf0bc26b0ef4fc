import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';

/** Whether an AppNetwork's pods are in the mesh, as it says. */
export function isInMesh({ spec }: Pick<AppNetwork, 'spec'>): boolean {
  return spec?.mesh?.enabled ?? true;
}
