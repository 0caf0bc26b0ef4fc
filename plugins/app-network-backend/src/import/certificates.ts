import type {
  AppNetworkSpec,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { servesOneNamespace } from '../application/render/certificate';
import { CERTIFICATE, findObject, ofKind, SECRET } from './lookup';
import type { Certificate, ImportContext } from './types';

type Tls = AppNetworkSpec['tls'];

/** Of an issuerRef, as cert-manager reads it. */
const DEFAULT_KIND = 'Issuer';

/**
 * What an AppNetwork has to say for the certificate of a Secret to be served: the issuer, where cert-manager writes the Secret; the Secret,
 * where it is in the AppNetwork's namespace; otherwise nothing, which is a certificate of the platform's issuer.
 *
 * @param source - the object that becomes the AppNetwork
 * @param at - where the Secret is named
 * @param secret - without a namespace where it may be in any
 */
export function tlsOfSecret(
  context: ImportContext,
  source: KubernetesObject,
  at: { object: KubernetesObject; field: string },
  secret: { name: string; namespace?: string },
): Tls {
  const { namespace } = source.metadata;
  const here =
    secret.namespace === namespace ||
    findObject(context, SECRET, namespace, secret.name) !== undefined;
  const certificate = ofKind<Certificate>(context, CERTIFICATE).find(
    ({ metadata, spec }) =>
      spec?.secretName === secret.name &&
      (secret.namespace === undefined ||
        metadata.namespace === secret.namespace),
  );
  const issuerRef = certificate?.spec?.issuerRef;
  if (
    issuerRef &&
    (!servesOneNamespace({ kind: DEFAULT_KIND, ...issuerRef }) ||
      certificate.metadata.namespace === namespace)
  ) {
    return tlsOfIssuer(context, issuerRef);
  }
  if (here) {
    return { certificateRef: { name: secret.name } };
  }
  context.note(
    at.object,
    at.field,
    secret.name,
    `It is no Secret of namespace ${namespace}, so that the platform's issuer makes a certificate. To go on with this one, copy the Secret to namespace ${namespace} and name it in spec.tls.certificateRef.`,
  );
  return undefined;
}

/** The platform's own issuer needs no mention: nothing is to be said. */
export function tlsOfIssuer(
  { facts }: ImportContext,
  {
    name,
    kind = DEFAULT_KIND,
    group,
  }: { name: string; kind?: string; group?: string },
): Tls {
  const { issuer } = facts ?? {};
  const isPlatforms =
    issuer?.name === name &&
    issuer.kind === kind &&
    issuer.group === (group ?? 'cert-manager.io');
  return isPlatforms
    ? {}
    : { issuerRef: { name, kind, ...(group ? { group } : {}) } };
}
