import { kindKey } from '../../engine/objects';
import type { Informer, Informers, KindRef } from '../../engine/types';

/**
 * Kinds that charts have objects of and that are compared. Secrets are not read for it, and Jobs are done when they are done.
 * CustomResourceDefinitions are megabytes, and are the users' as much as the chart's: one that somebody has changed is most often a newer one,
 * and to put it right would take fields away from objects. One that is missing shows in the conditions of what needs its objects.
 */
const COMPARED_KINDS: KindRef[] = [
  ...['ConfigMap', 'Service', 'ServiceAccount'].map(kind => ({
    apiVersion: 'v1',
    kind,
  })),
  ...['Deployment', 'DaemonSet', 'StatefulSet'].map(kind => ({
    apiVersion: 'apps/v1',
    kind,
  })),
  ...['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'].map(kind => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
  })),
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map(
    kind => ({ apiVersion: 'admissionregistration.k8s.io/v1', kind }),
  ),
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
];

/**
 * Copies of what Helm has made in a cluster, by kind.
 *
 * @param labelSelector - that Helm's objects have
 */
export function driftInformers(
  informers: Informers,
  labelSelector: string,
): ReadonlyMap<string, Informer> {
  return new Map(
    COMPARED_KINDS.map(kind => [
      kindKey(kind),
      informers.informer(kind, { labelSelector }),
    ]),
  );
}
