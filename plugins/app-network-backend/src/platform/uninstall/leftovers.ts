import {
  NETWORK_PLATFORM_NAME,
  OWNER_LABEL,
  type KubernetesObject,
  type NetworkPlatform,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { ADMISSION_OWNER } from '../../admission/secret';
import { WEBHOOK_CONFIGURATION } from '../../admission/webhookConfiguration';
import { objectRef } from '../../engine/objects';
import { MANAGED_BY_SELECTOR } from '../../engine/reconcileOwned';
import type { KubernetesClient } from '../../engine/types';
import type { ClusterFacts } from '../clusterFacts';
import { certManagerNamespace } from '../components/certManager';
import { istioNamespace } from '../components/istio';
import { CA_SECRET } from '../render/issuer';

/**
 * What the components wrote themselves and leave behind when their charts go. It is somebody else's where the component was there before or
 * was not to be installed: then nothing of it is listed.
 */
export async function leftovers(
  client: KubernetesClient,
  platform: NetworkPlatform,
  facts: ClusterFacts,
): Promise<ObjectRef[]> {
  const { spec = {} } = platform;
  return [
    ...(await labelled(client)),
    ...(facts.existing.istio || spec.components?.istio?.enabled === false
      ? []
      : await ofIstio(client, istioNamespace(spec))),
    ...(hasOwnCertManager(platform, facts)
      ? ofCertManager(certManagerNamespace(spec))
      : []),
  ];
}

/** Whether cert-manager is what the platform installed, and nobody else's. */
export function hasOwnCertManager(
  { spec }: NetworkPlatform,
  { existing }: ClusterFacts,
): boolean {
  return (
    !existing.certManager && spec?.components?.certManager?.enabled !== false
  );
}

/** Secrets of system components' certificates and of the admission webhook, and its configuration. */
async function labelled(client: KubernetesClient): Promise<ObjectRef[]> {
  const lists = await Promise.all(
    [WEBHOOK_CONFIGURATION, { apiVersion: 'v1', kind: 'Secret' }].map(kind =>
      client.list(kind, {
        labelSelector: `${MANAGED_BY_SELECTOR},${OWNER_LABEL} in (${NETWORK_PLATFORM_NAME},${ADMISSION_OWNER})`,
      }),
    ),
  );
  return lists.flat().map(objectRef);
}

/** What istiod writes into every namespace. */
const OF_CA = /^istio-ca-(root-cert|crl)$/;

/** istiod puts its CA's certificate, and revocations, into every namespace, and keeps the key of a CA of its own (istio.io/istio/security/pkg/k8s). */
async function ofIstio(
  client: KubernetesClient,
  namespace: string,
): Promise<ObjectRef[]> {
  const rootCertificates = await client.list<KubernetesObject>(
    { apiVersion: 'v1', kind: 'ConfigMap' },
    { labelSelector: 'istio.io/config=true' },
  );
  return [
    ...rootCertificates
      .filter(({ metadata }) => OF_CA.test(metadata.name))
      .map(objectRef),
    { apiVersion: 'v1', kind: 'Secret', namespace, name: 'istio-ca-secret' },
  ];
}

/** Of the leader elections of cert-manager's parts. */
export const CERT_MANAGER_LEASES = [
  'cert-manager-controller',
  'cert-manager-cainjector-leader-election',
];

/** The webhook's own CA, the platform's, and the leases of leader elections (cert-manager's chart: global.leaderElection.namespace). */
function ofCertManager(namespace: string): ObjectRef[] {
  return [
    ...['cert-manager-webhook-ca', CA_SECRET].map(name => ({
      apiVersion: 'v1',
      kind: 'Secret',
      namespace,
      name,
    })),
    ...CERT_MANAGER_LEASES.map(name => ({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      namespace: 'kube-system',
      name,
    })),
  ];
}
