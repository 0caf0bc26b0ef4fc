import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import { certificateName } from './certificate';
import { SECRET } from './kinds';
import { objectMeta } from './metadata';
import type { Problem, Secret } from './types';

/** Type of Secrets that hold a certificate and its key. */
const TLS_SECRET = 'kubernetes.io/tls';

/** What Envoy takes at least; it would go on with the certificate from before, and after a restart with none. */
const MIN_RSA_BITS = 2048;

/**
 * The copy of a user's certificate in the ingress gateway's namespace, where Istio reads it. No Secret where the user's own can't be used.
 *
 * @param source - the Secret that `spec.tls.certificateRef` names
 */
export function renderCertificateSecret(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  hostnames: readonly string[],
  source: Secret | undefined,
): {
  secret?: Secret;
  notBefore?: string;
  notAfter?: string;
  issuer?: string;
  problems: Problem[];
} {
  const { namespace } = appNetwork.metadata;
  const name = appNetwork.spec?.tls?.certificateRef?.name;
  const what = `spec.tls.certificateRef.name: Secret ${name} in namespace ${namespace}`;
  if (!source) {
    return refused(
      'SecretNotFound',
      `${what} does not exist. Create it, for example with kubectl create secret tls.`,
    );
  }
  if (source.type !== TLS_SECRET) {
    return refused(
      'InvalidSecret',
      `${what} has the type ${source.type}; it must be ${TLS_SECRET}.`,
    );
  }
  const certificate = parse(source);
  if ('error' in certificate) {
    return refused(
      'InvalidCertificate',
      `${what}: ${certificate.error}. Put the certificate in PEM into tls.crt and its private key into tls.key.`,
    );
  }
  const uncovered = hostnames.filter(
    hostname => !covers(certificate, hostname),
  );
  return {
    secret: copyForGateway(appNetwork, facts, source),
    notBefore: timestamp(certificate.validFrom),
    notAfter: timestamp(certificate.validTo),
    issuer: commonName(certificate.issuer),
    problems:
      uncovered.length > 0
        ? [
            problem(
              'HostnameNotCovered',
              `${what} has a certificate for ${
                certificate.subjectAltName?.replaceAll('DNS:', '') ??
                'no hostname'
              }, which does not cover ${uncovered.join(
                ', ',
              )}. Use one that names every hostname of spec.hostnames.`,
            ),
          ]
        : [],
  };
}

/** A copy of a Secret with a certificate in the ingress gateway's namespace, where Istio reads it. */
export function copyForGateway(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  source: Secret,
): Secret {
  return {
    ...SECRET,
    metadata: objectMeta(appNetwork, {
      name: certificateName(appNetwork),
      namespace: facts.ingressGateway.namespace,
    }),
    type: TLS_SECRET,
    data: Object.fromEntries(
      Object.entries(source.data ?? {}).filter(([key]) =>
        ['tls.crt', 'tls.key', 'ca.crt'].includes(key),
      ),
    ),
  };
}

/** As Kubernetes writes it. */
function timestamp(text: string): string {
  return new Date(text).toISOString().replace('.000', '');
}

function parse({ data = {} }: Secret): X509Certificate | { error: string } {
  const [crt, key] = ['tls.crt', 'tls.key'].map(name =>
    Buffer.from(data[name] ?? '', 'base64'),
  );
  try {
    const certificate = new X509Certificate(crt ?? '');
    if (!certificate.checkPrivateKey(createPrivateKey(key ?? ''))) {
      return { error: 'tls.key is not the private key of tls.crt' };
    }
    const { modulusLength = MIN_RSA_BITS } =
      certificate.publicKey.asymmetricKeyDetails ?? {};
    return modulusLength < MIN_RSA_BITS
      ? {
          error: `its RSA key has ${modulusLength} bits, and the gateway takes none below ${MIN_RSA_BITS}`,
        }
      : certificate;
  } catch (error) {
    return {
      error: `tls.crt and tls.key cannot be read (${
        error instanceof Error ? error.message : error
      })`,
    };
  }
}

function covers(certificate: X509Certificate, hostname: string): boolean {
  return hostname.startsWith('*.')
    ? (certificate.subjectAltName ?? '').split(', ').includes(`DNS:${hostname}`)
    : certificate.checkHost(hostname, { subject: 'never' }) !== undefined;
}

/** The common name in a distinguished name as OpenSSL prints it, a line for each part. */
function commonName(distinguishedName: string): string {
  return (
    /^CN=(.*)$/m.exec(distinguishedName)?.[1] ??
    distinguishedName.replaceAll('\n', ', ')
  );
}

function refused(reason: string, message: string): { problems: Problem[] } {
  return { problems: [problem(reason, message)] };
}

function problem(reason: string, message: string): Problem {
  return { condition: 'CertificateReady', reason, message };
}
