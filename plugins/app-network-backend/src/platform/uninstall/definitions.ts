import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { apiGroup } from '../../engine/objects';
import { helmOwner } from '../helmOwner';

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
  return definitions.filter(definition => {
    const { metadata, spec } = definition;
    const owner = helmOwner(definition);
    const group = spec?.group ?? apiGroup(metadata.name);
    return (
      owner !== undefined &&
      KINDS_OF_RELEASES[owner.release]?.test(group) &&
      owner.namespace === namespaces.get(owner.release)
    );
  });
}
