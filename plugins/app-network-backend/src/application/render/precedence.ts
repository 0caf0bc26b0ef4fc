import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';

/** Whether an AppNetwork was there first: by creation, and in the same second by name, so that all see the same. Not yet created is last. */
export function isCreatedBefore(one: AppNetwork, other: AppNetwork): boolean {
  return order(one) < order(other);
}

/** No part of it has a space, which comes before all else. */
function order({ metadata }: AppNetwork): string {
  const { creationTimestamp = '9999', namespace, name } = metadata;
  return [creationTimestamp, namespace, name].join(' ');
}
