import {
  PLATFORM_ISSUER,
  type KubernetesObject,
  type NetworkPlatformSpec,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type {
  ICertificate,
  IClusterIssuer,
} from '@kubernetes-models/cert-manager/cert-manager.io/v1';
import { objectRef } from '../../engine/objects';
import {
  isClusterIssuer,
  platformIssuer,
} from '../certificates/platformIssuer';
import type { ClusterFacts } from '../clusterFacts';
import { certManagerNamespace } from '../components/certManager';

/** Name of the issuer that signs nothing but the certificate of the cluster's own CA. */
const SELF_SIGNED_ISSUER = 'app-network-selfsigned';

/** Name of the Secret with the cluster's own CA, in cert-manager's namespace. */
export const CA_SECRET = 'app-network-ca';

const API = { apiVersion: 'cert-manager.io/v1' } as const;

/** What makes the issuer that the spec's `certificates` asks for. */
export interface RenderedIssuer {
  objects: KubernetesObject[];
  /** Of the issuers before it, what certificates are still asked of. */
  retained: ObjectRef[];
  /** What the spec says and can't be done: the field, what was found, what would be right. */
  problems: string[];
}

export function renderIssuer(
  spec: NetworkPlatformSpec,
  facts: Pick<ClusterFacts, 'givenCa' | 'issuer' | 'issuersNamed'>,
): RenderedIssuer {
  const { objects, problems } = wantedIssuer(spec, facts.givenCa);
  const wanted = new Set(objects.map(({ metadata }) => metadata.name));
  const inUse = [
    ...facts.issuersNamed,
    ...(isClusterIssuer(facts.issuer) ? [facts.issuer.name] : []),
  ].filter(name => !wanted.has(name));
  return {
    objects,
    retained: [...new Set(inUse)].flatMap(name =>
      name === PLATFORM_ISSUER
        ? ownCa(certManagerNamespace(spec)).map(objectRef)
        : [objectRef(clusterIssuer(name, {}))],
    ),
    problems,
  };
}

function wantedIssuer(
  spec: NetworkPlatformSpec,
  givenCa: ClusterFacts['givenCa'],
): Pick<RenderedIssuer, 'objects' | 'problems'> {
  const { ca, acme, issuerRef } = spec.certificates ?? {};
  const { name } = platformIssuer(spec, givenCa);
  if (issuerRef) {
    return { objects: [], problems: [] };
  }
  if (ca) {
    return givenCa && 'fingerprint' in givenCa
      ? {
          objects: [
            clusterIssuer(name, { ca: { secretName: ca.secretRef.name } }),
          ],
          problems: [],
        }
      : { objects: [], problems: givenCa ? [givenCa.problem] : [] };
  }
  if (acme) {
    const { server, email, caBundle, solvers = [] } = acme;
    return solvers.length === 0
      ? {
          objects: [],
          problems: [
            'spec.certificates.acme.solvers is empty: name at least one way to prove that a hostname is yours: http01: { ingress: { class: istio } }, if the ACME server reaches the ingress gateway at port 80, or a dns01 solver for your provider (https://cert-manager.io/docs/configuration/acme/).',
          ],
        }
      : {
          objects: [
            clusterIssuer(name, {
              acme: {
                server,
                email,
                ...(caBundle && { caBundle }),
                // An account is one server's.
                privateKeySecretRef: { name: `${name}-account` },
                solvers,
              },
            }),
          ],
          problems: [],
        };
  }
  return { objects: ownCa(certManagerNamespace(spec)), problems: [] };
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
    clusterIssuer(PLATFORM_ISSUER, { ca: { secretName: CA_SECRET } }),
  ];
}

function clusterIssuer(
  name: string,
  spec: object,
): KubernetesObject & { spec: object } {
  return { ...API, kind: 'ClusterIssuer', metadata: { name }, spec };
}
