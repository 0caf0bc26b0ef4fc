import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { isManaged } from '../../engine/objects';
import type { KindRef } from '../../engine/types';
import { APP_NETWORK } from '../../kinds';

/** Kinds that tell whether a namespace is in use. */
export const OCCUPYING_KINDS: KindRef[] = [
  ...['Pod', 'Service', 'ConfigMap', 'Secret', 'PersistentVolumeClaim'].map(
    kind => ({ apiVersion: 'v1', kind }),
  ),
  ...['Deployment', 'StatefulSet', 'DaemonSet'].map(kind => ({
    apiVersion: 'apps/v1',
    kind,
  })),
  ...['Job', 'CronJob'].map(kind => ({ apiVersion: 'batch/v1', kind })),
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  APP_NETWORK,
];

/** Names under which Kubernetes, Istio and cert-manager keep what is theirs. */
const OF_THE_PLATFORM =
  /^(kube-root-ca\.crt|istio-.*|istio|cert-manager-.*|app-network-.*)$/;

/** Whether somebody put an object into a namespace of the platform, so that the namespace is no longer the platform's alone. */
export function isOccupant(object: KubernetesObject): boolean {
  const { kind, metadata } = object;
  const isNamedByPlatform =
    ['ConfigMap', 'Secret'].includes(kind) &&
    OF_THE_PLATFORM.test(metadata.name);
  return (
    !metadata.deletionTimestamp && !isManaged(object) && !isNamedByPlatform
  );
}
