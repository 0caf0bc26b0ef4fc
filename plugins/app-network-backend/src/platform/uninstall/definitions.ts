import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { apiGroup } from '../../engine/objects';

/** What is read of a CustomResourceDefinition. */
export interface Definition extends KubernetesObject {
  spec?: { group?: string };
}

/** Releases that bring kinds, and the API groups that these are in. */
const KINDS_OF_RELEASES: Record<string, RegExp> = {
  'istio-base': /(^|\.)istio\.io$/,
  istiod: /(^|\.)istio\.io$/,
  'cert-manager': /(^|\.)cert-manager\.io$/,
  'nginx-ingress': /(^|\.)nginx\.(org|com)$/,
  'external-dns': /(^|\.)externaldns\.k8s\.io$/,
};

/**
 * The kinds that the platform's releases brought, as Helm's annotations tell.
 *
 * @param namespaces - of the platform's releases, by name
 */
export function definitionsOf(
  definitions: readonly Definition[],
  namespaces: ReadonlyMap<string, string>,
): Definition[] {
  return definitions.filter(({ metadata, spec }) => {
    const { annotations = {} } = metadata;
    const release = annotations['meta.helm.sh/release-name'] ?? '';
    const group = spec?.group ?? apiGroup(metadata.name);
    return (
      KINDS_OF_RELEASES[release]?.test(group) &&
      annotations['meta.helm.sh/release-namespace'] === namespaces.get(release)
    );
  });
}
