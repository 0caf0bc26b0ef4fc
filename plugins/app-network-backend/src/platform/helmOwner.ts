import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';

/** Annotations that Helm puts on everything it makes, and reads before it writes (helm.sh/helm/v4/pkg/action/validate.go). */
export const RELEASE_NAME = 'meta.helm.sh/release-name';
export const RELEASE_NAMESPACE = 'meta.helm.sh/release-namespace';

/** The Helm release that has made an object, as its annotations tell; undefined where none has. */
export function helmOwner({
  metadata: { annotations = {} },
}: KubernetesObject): { release: string; namespace: string } | undefined {
  const release = annotations[RELEASE_NAME];
  const namespace = annotations[RELEASE_NAMESPACE];
  return release && namespace ? { release, namespace } : undefined;
}
