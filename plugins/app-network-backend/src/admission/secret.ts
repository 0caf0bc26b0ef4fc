import {
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { MANAGED_BY_SELECTOR } from '../engine/reconcileOwned';
import type { Cluster, Informer } from '../engine/types';
import type { Identity } from './identity';

/** Name of the Secret that all backends of a cluster share. */
export const ADMISSION_SECRET = 'app-network-admission';

/** Owner of the webhook's objects in {@link OWNER_LABEL}: what bears the platform's own is the platform's reconciler's to remove. */
export const ADMISSION_OWNER = 'admission-webhook';

/** A Secret of type kubernetes.io/tls; `ca.crt` has every CA that is trusted, `ca.key` is of the first of them. */
export type AdmissionSecret = KubernetesObject & {
  type?: string;
  data?: Record<string, string>;
};

/** The Secrets that this project has made, which the controllers of AppNetworks follow too. */
export function secretInformer({
  informers,
}: Cluster): Informer<AdmissionSecret> {
  return informers.informer<AdmissionSecret>(
    { apiVersion: 'v1', kind: 'Secret' },
    { labelSelector: MANAGED_BY_SELECTOR },
  );
}

/** The identity in a Secret, whatever state it is in; undefined where a part is missing. */
export function identityOf(
  secret: AdmissionSecret | undefined,
): Identity | undefined {
  const read = (key: string) =>
    Buffer.from(secret?.data?.[key] ?? '', 'base64').toString();
  const identity = {
    authorities: splitPem(read('ca.crt')),
    authorityKey: read('ca.key'),
    certificate: read('tls.crt'),
    key: read('tls.key'),
  };
  return Object.values(identity).every(({ length }) => length > 0)
    ? identity
    : undefined;
}

/** The Secret of an identity. */
export function secretOf(
  namespace: string,
  { authorities, authorityKey, certificate, key }: Identity,
): AdmissionSecret {
  const data = {
    'tls.crt': certificate,
    'tls.key': key,
    'ca.crt': authorities.join(''),
    'ca.key': authorityKey,
  };
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      namespace,
      name: ADMISSION_SECRET,
      labels: {
        [MANAGED_BY_LABEL]: MANAGED_BY,
        [OWNER_LABEL]: ADMISSION_OWNER,
      },
    },
    type: 'kubernetes.io/tls',
    data: Object.fromEntries(
      Object.entries(data).map(([name, text]) => [
        name,
        Buffer.from(text).toString('base64'),
      ]),
    ),
  };
}

/** The certificates of a PEM file, each ending in a line break. */
function splitPem(text: string): string[] {
  return (
    text.match(
      /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----\n/g,
    ) ?? []
  );
}
