import type {
  AppNetwork,
  KubernetesObject,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { certificateName, issuerOf, renderCertificate } from './certificate';
import { renderCertificateSecret } from './certificateSecret';
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
  const secretName = certificateName(appNetwork);
  if (input.certificateSecretTaken) {
    return {
      servable: false,
      objects: [],
      retained: [],
      problems: [
        {
          condition: 'CertificateReady',
          reason: 'NameTaken',
          message: `Secret ${secretName} in namespace ${facts.ingressGateway.namespace} is there already and was not made for this AppNetwork, so that its certificate cannot be stored. Delete or rename that Secret.`,
        },
      ],
    };
  }
  return certificateRef
    ? ownCertificate(appNetwork, facts, hostnames, input)
    : issuedCertificate(appNetwork, facts, hostnames);
}

function issuedCertificate(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
): RenderedTls {
  const refs = certificateRefs(appNetwork, facts);
  const issuer = issuerOf(appNetwork, facts);
  const certificate = { secretName: refs.secret.name, issuer: issuer.name };
  if (issuer.kind === 'Issuer' && issuer.group === 'cert-manager.io') {
    return {
      servable: true,
      objects: [],
      retained: [refs.certificate, refs.secret],
      certificate,
      problems: [
        {
          condition: 'CertificateReady',
          reason: 'NotSupportedYet',
          message: `spec.tls.issuerRef: ${issuer.name} is an Issuer, which serves its own namespace only, and the certificate is made in ${facts.ingressGateway.namespace}, where the ingress gateway reads it. Use a ClusterIssuer, or issue the certificate yourself and name its Secret in spec.tls.certificateRef.`,
        },
      ],
    };
  }
  return {
    servable: true,
    objects: [renderCertificate(appNetwork, facts, hostnames)],
    retained: [refs.secret],
    certificate,
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

/** Names of the Certificate and its Secret. */
export function certificateRefs(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): { certificate: ObjectRef; secret: ObjectRef } {
  const where = {
    namespace: facts.ingressGateway.namespace,
    name: certificateName(appNetwork),
  };
  return {
    certificate: { ...CERTIFICATE, ...where },
    secret: { ...SECRET, ...where },
  };
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
