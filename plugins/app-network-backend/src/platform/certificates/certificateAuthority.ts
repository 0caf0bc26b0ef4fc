import { createPrivateKey, X509Certificate } from 'node:crypto';
import type {
  KubernetesObject,
  NetworkPlatform,
} from '@app-network/backstage-plugin-app-network-common';
import { isKubernetesError } from '../../engine/errors';
import type { KubernetesClient } from '../../engine/types';
import { certManagerNamespace } from '../components/certManager';
import { existingInStatus, withExisting } from '../existing/existing';

/** The CA that the spec gives: what its Secret holds, or why that can't sign. */
export type GivenCa =
  | {
      /** SHA-256 of its certificate (DER), hexadecimal. */
      fingerprint: string;
      /** When its certificate begins and ends, ISO 8601. */
      notBefore: string;
      notAfter: string;
      problem?: undefined;
    }
  | {
      /** The field, what was found, and what would be right. */
      problem: string;
    };

type Secret = KubernetesObject & { data?: Record<string, string> };

/**
 * Looks at the Secret of `spec.certificates.ca`. Secrets that are not ours are in no cache, so that the backend need not hold all of a
 * cluster's: this one is read.
 *
 * @returns undefined where the spec gives no CA
 */
export async function readGivenCa(
  client: KubernetesClient,
  platform: NetworkPlatform,
  now: Date,
): Promise<GivenCa | undefined> {
  const { spec = {} } = withExisting(
    platform,
    existingInStatus(platform.status),
  );
  const ref = spec.certificates?.ca?.secretRef;
  if (!ref) {
    return undefined;
  }
  const namespace = certManagerNamespace(spec);
  if (ref.namespace !== namespace) {
    return {
      problem: `spec.certificates.ca.secretRef.namespace is ${ref.namespace}, and cert-manager reads the Secrets of ClusterIssuers in its own namespace: put the Secret ${ref.name} into namespace ${namespace} and name that.`,
    };
  }
  try {
    const secret = await client.get<Secret>({
      apiVersion: 'v1',
      kind: 'Secret',
      ...ref,
    });
    return checkGivenCa(secret, ref, now);
  } catch (error) {
    // Whether it is there can't be told, so what is served is left as it is.
    if (isKubernetesError(error) && !error.unreachable) {
      return { problem: `spec.certificates.ca.secretRef: ${error.message}` };
    }
    throw error;
  }
}

/**
 * Whether a Secret can be a CA: a certificate in PEM that may sign others (RFC 5280, basicConstraints and keyUsage), now valid, and its private
 * key. Its type is of no account to cert-manager.
 */
export function checkGivenCa(
  secret: Secret | undefined,
  ref: { namespace: string; name: string },
  now: Date,
): GivenCa {
  const what = `spec.certificates.ca.secretRef: Secret ${ref.namespace}/${ref.name}`;
  const wrong = (found: string): GivenCa => ({ problem: `${what} ${found}` });
  if (!secret) {
    return wrong(
      `does not exist. Create it with kubectl create secret tls ${ref.name} --namespace ${ref.namespace} --cert=ca.crt --key=ca.key, or name another.`,
    );
  }
  const { data = {} } = secret;
  if (!data['tls.crt'] || !data['tls.key']) {
    const keys = Object.keys(data).sort().join(', ') || 'nothing';
    return wrong(
      `has ${keys}; it must have the certificate of the CA in tls.crt and its private key in tls.key, both in PEM.`,
    );
  }
  const certificate = parse('tls.crt', data, pem => new X509Certificate(pem));
  const key = parse('tls.key', data, createPrivateKey);
  if ('error' in certificate) {
    return wrong(certificate.error);
  }
  if ('error' in key) {
    return wrong(key.error);
  }
  if (!certificate.parsed.ca) {
    return wrong(
      `has a certificate in tls.crt that is no CA (${oneLine(
        certificate.parsed.subject,
      )}): its basicConstraints must say CA:TRUE, and its keyUsage, if it has one, keyCertSign.`,
    );
  }
  if (!certificate.parsed.checkPrivateKey(key.parsed)) {
    return wrong(
      'has a tls.key that is not the private key of the certificate in tls.crt. Put in the two that belong together.',
    );
  }
  const notBefore = new Date(certificate.parsed.validFrom);
  const notAfter = new Date(certificate.parsed.validTo);
  if (now > notAfter) {
    return wrong(
      `has a CA that expired at ${iso(notAfter)}. Put in one that is valid.`,
    );
  }
  if (now < notBefore) {
    return wrong(
      `has a CA that is valid from ${iso(
        notBefore,
      )} on. Put in one that is valid now, or see whether the clock is right.`,
    );
  }
  return {
    fingerprint: certificate.parsed.fingerprint256
      .replaceAll(':', '')
      .toLowerCase(),
    notBefore: iso(notBefore),
    notAfter: iso(notAfter),
  };
}

function parse<T>(
  field: string,
  data: Record<string, string>,
  read: (pem: Buffer) => T,
): { parsed: T } | { error: string } {
  try {
    return { parsed: read(Buffer.from(data[field] ?? '', 'base64')) };
  } catch (error) {
    return {
      error: `has a ${field} that can't be read (${
        error instanceof Error ? error.message : error
      }); it must be PEM.`,
    };
  }
}

/** A distinguished name as OpenSSL prints it, a line for each part. */
function oneLine(distinguishedName: string | undefined): string {
  return distinguishedName?.replaceAll('\n', ', ') || 'without subject';
}

function iso(date: Date): string {
  return date.toISOString().replace('.000', '');
}
