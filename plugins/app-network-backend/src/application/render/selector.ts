import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';

/** Labels of the pods that an AppNetwork covers; none selects every pod of its namespace. */
export function podLabels(appNetwork: AppNetwork): Record<string, string> {
  return (
    appNetwork.spec?.selector?.matchLabels ??
    (appNetwork.spec?.selector
      ? {}
      : { 'app.kubernetes.io/name': appNetwork.metadata.name })
  );
}

/** Whether an object may have both these labels and others: unless they are different values of one. */
export function mayMeet(
  one: Record<string, string>,
  other: Record<string, string>,
): boolean {
  return Object.entries(one).every(
    ([name, value]) => (other[name] ?? value) === value,
  );
}

/** Whether labels are among others. */
export function isSubset(
  labels: Record<string, string>,
  of: Record<string, string>,
): boolean {
  return Object.entries(labels).every(([name, value]) => of[name] === value);
}
