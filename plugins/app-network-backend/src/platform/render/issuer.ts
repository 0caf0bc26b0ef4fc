import {
  PLATFORM_ISSUER,
  type KubernetesObject,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type {
  ICertificate,
  IClusterIssuer,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { certManagerNamespace } from '../components/certManager';

/** Name of the issuer that signs nothing but the certificate of the cluster's own CA. */
const SELF_SIGNED_ISSUER = 'app-network-selfsigned';

/** Name of the Secret with the cluster's own CA, in cert-manager's namespace. */
export const CA_SECRET = 'app-network-ca';

const API = { apiVersion: 'cert-manager.io/v1' } as const;

/** What makes the issuer {@link PLATFORM_ISSUER}, as the spec's `certificates` says. */
export function renderIssuer(spec: NetworkPlatformSpec): {
  objects: KubernetesObject[];
  /** What the spec says and can't be done: the field, what was found, what would be right. */
  problems: string[];
} {
  const { ca, acme, issuerRef } = spec.certificates ?? {};
  const namespace = certManagerNamespace(spec);
  if (issuerRef) {
    return { objects: [], problems: [] };
  }
  if (ca) {
    const { name, namespace: found } = ca.secretRef;
    return found === namespace
      ? { objects: [clusterIssuer({ ca: { secretName: name } })], problems: [] }
      : {
          objects: [],
          problems: [
            `spec.certificates.ca.secretRef.namespace is ${found}, and cert-manager reads the Secrets of ClusterIssuers in its own namespace: put the Secret ${name} into namespace ${namespace} and name that.`,
          ],
        };
  }
  if (acme) {
    const { server, email, solvers = [] } = acme;
    return solvers.length === 0
      ? {
          objects: [],
          problems: [
            'spec.certificates.acme.solvers is empty: name at least one way to prove that a hostname is yours, such as a dns01 solver (https://cert-manager.io/docs/configuration/acme/).',
          ],
        }
      : {
          objects: [
            clusterIssuer({
              acme: {
                server,
                email,
                privateKeySecretRef: { name: 'app-network-acme-account' },
                solvers,
              },
            }),
          ],
          problems: [],
        };
  }
  return { objects: ownCa(namespace), problems: [] };
}

/** A CA of the cluster's own: its certificate is issued by an issuer for that alone, and its key signs all the others. */
function ownCa(namespace: string): KubernetesObject[] {
  const selfSigned = {
    ...API,
    kind: 'ClusterIssuer',
    metadata: { name: SELF_SIGNED_ISSUER },
    spec: { selfSigned: {} },
  } satisfies IClusterIssuer & KubernetesObject;
  const certificate = {
    ...API,
    kind: 'Certificate',
    metadata: { namespace, name: CA_SECRET },
    spec: {
      isCA: true,
      commonName: 'App Network CA',
      subject: { organizations: ['App Network'] },
      secretName: CA_SECRET,
      // Ten years, renewed a year before.
      duration: '87600h0m0s',
      renewBefore: '8760h0m0s',
      // With the key kept, what was issued before a renewal stays valid for those who trust the new certificate.
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Never' },
      issuerRef: {
        group: 'cert-manager.io',
        kind: 'ClusterIssuer',
        name: SELF_SIGNED_ISSUER,
      },
    },
  } satisfies ICertificate & KubernetesObject;
  return [
    selfSigned,
    certificate,
    clusterIssuer({ ca: { secretName: CA_SECRET } }),
  ];
}

function clusterIssuer(spec: object): KubernetesObject & { spec: object } {
  return {
    ...API,
    kind: 'ClusterIssuer',
    metadata: { name: PLATFORM_ISSUER },
    spec,
  };
}
