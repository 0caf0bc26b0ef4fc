import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import {
  certificateName,
  certificateNamespace,
  issuerOf,
  renderCertificate,
} from './certificate';
import { copyForGateway, renderCertificateSecret } from './certificateSecret';
import { CERTIFICATE, SECRET } from './kinds';
import type { CertificateFacts, Problem, RenderInput } from './types';

/** What secures the hostnames at the gateway. */
export interface RenderedTls {
  /** Whether the gateway can serve the hostnames at all. */
  servable: boolean;
  objects: KubernetesObject[];
  retained: ObjectRef[];
  certificate?: CertificateFacts;
  problems: Problem[];
}

/** The certificate of the hostnames: issued, copied from the user's own, or none where TLS is passed through. */
export function renderTls(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  input: RenderInput,
): RenderedTls {
  const { mode, certificateRef } = appNetwork.spec?.tls ?? {};
  if (mode === 'Passthrough') {
    return {
      servable: true,
      objects: [],
      retained: [],
      problems: uselessWithPassthrough(appNetwork),
    };
  }
  if (input.certificateSecretTaken) {
    const { namespace, name } = certificateRefs(appNetwork, facts).issued;
    return {
      servable: false,
      objects: [],
      retained: [],
      problems: [
        {
          condition: 'CertificateReady',
          reason: 'NameTaken',
          message: `Secret ${name} in namespace ${namespace} is there already and was not made for this AppNetwork, so that its certificate cannot be stored. Delete or rename that Secret.`,
        },
      ],
    };
  }
  return certificateRef
    ? ownCertificate(appNetwork, facts, hostnames, input)
    : issuedCertificate(appNetwork, facts, hostnames, input);
}

function issuedCertificate(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  { issuedSecret }: RenderInput,
): RenderedTls {
  const { secret, issued } = certificateRefs(appNetwork, facts);
  const isCopied = issued.namespace !== secret.namespace;
  const copies =
    isCopied && issuedSecret
      ? [copyForGateway(appNetwork, facts, issuedSecret)]
      : [];
  return {
    servable: true,
    objects: [renderCertificate(appNetwork, facts, hostnames), ...copies],
    // Without a copy of the new one, the gateway goes on serving the one before.
    retained: copies.length > 0 || !isCopied ? [issued] : [issued, secret],
    certificate: {
      secretName: secret.name,
      issuer: issuerOf(appNetwork, facts).name,
    },
    problems: [],
  };
}

function ownCertificate(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  { certificateSecret }: RenderInput,
): RenderedTls {
  const ref = certificateRefs(appNetwork, facts).secret;
  if (certificateSecret === 'Unread') {
    return { servable: true, objects: [], retained: [ref], problems: [] };
  }
  const { secret, problems, ...certificate } = renderCertificateSecret(
    appNetwork,
    facts,
    hostnames,
    certificateSecret,
  );
  return {
    servable: true,
    objects: secret ? [secret] : [],
    // What was copied before goes on being served while the original can't be used.
    retained: secret ? [] : [ref],
    certificate: { secretName: ref.name, ...certificate },
    problems,
  };
}

/** Names of the Certificate, of the Secret that cert-manager writes for it, and of the one that the gateway reads, often the same. */
export function certificateRefs(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): { certificate: ObjectRef; issued: ObjectRef; secret: ObjectRef } {
  const name = certificateName(appNetwork);
  const namespace = certificateNamespace(appNetwork, facts);
  return {
    certificate: { ...CERTIFICATE, namespace, name },
    issued: { ...SECRET, namespace, name },
    secret: { ...SECRET, namespace: facts.ingressGateway.namespace, name },
  };
}

/** Each of them once. */
export function certificateObjects(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): ObjectRef[] {
  const { certificate, issued, secret } = certificateRefs(appNetwork, facts);
  return issued.namespace === secret.namespace
    ? [certificate, secret]
    : [certificate, issued, secret];
}

function uselessWithPassthrough(appNetwork: AppNetwork): Problem[] {
  const { certificateRef, issuerRef } = appNetwork.spec?.tls ?? {};
  const fields = [
    ...(certificateRef ? ['spec.tls.certificateRef'] : []),
    ...(issuerRef ? ['spec.tls.issuerRef'] : []),
  ];
  return fields.map(field => ({
    condition: 'CertificateReady',
    reason: 'NoEffect',
    message: `${field} has no effect with spec.tls.mode Passthrough: clients see the application's own certificate. Remove it.`,
  }));
}
