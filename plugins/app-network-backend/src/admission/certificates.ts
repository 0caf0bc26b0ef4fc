import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

/** A certificate and its private key (PKCS #8), PEM. */
export interface KeyPair {
  certificate: string;
  key: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** How far a clock may be behind ours, in milliseconds: certificates are valid from so long before they were made. */
const CLOCK_SKEW_MS = 60 * 60_000;

/** A CA that signs itself, valid for a time in milliseconds. */
export async function createAuthority(
  now: Date,
  lifetimeMs: number,
): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=App Network admission CA',
      ...validity(now, lifetimeMs),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
        // By it one CA is told from the next, which has the same name.
        await x509.SubjectKeyIdentifierExtension.create(
          keys.publicKey,
          false,
          crypto,
        ),
      ],
    },
    crypto,
  );
  return toPem(certificate, keys);
}

/**
 * A certificate of a server.
 *
 * @param hostname - its DNS name or IP address
 */
export async function issueCertificate(
  authority: KeyPair,
  options: { hostname: string; now: Date; lifetimeMs: number },
): Promise<KeyPair> {
  const { hostname, now, lifetimeMs } = options;
  const issuer = new x509.X509Certificate(authority.certificate);
  const keys = await generateKeys();
  const { notBefore, notAfter } = validity(now, lifetimeMs);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject: 'CN=App Network admission webhook',
      issuer: issuer.subjectName,
      notBefore,
      notAfter: notAfter < issuer.notAfter ? notAfter : issuer.notAfter,
      publicKey: keys.publicKey,
      signingKey: await crypto.subtle.importKey(
        'pkcs8',
        x509.PemConverter.decodeFirst(authority.key),
        ALGORITHM,
        false,
        ['sign'],
      ),
      signingAlgorithm: ALGORITHM,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension([
          { type: isIP(hostname) ? 'ip' : 'dns', value: hostname },
        ]),
        await x509.AuthorityKeyIdentifierExtension.create(
          issuer,
          false,
          crypto,
        ),
      ],
    },
    crypto,
  );
  return toPem(certificate, keys);
}

/** When a certificate was made. */
export function madeAt(certificate: X509Certificate): number {
  return Date.parse(certificate.validFrom) + CLOCK_SKEW_MS;
}

/** Whether less than a third of its life is left. */
export function isDue(certificate: X509Certificate, now: Date): boolean {
  const end = Date.parse(certificate.validTo);
  return now.getTime() > end - (end - madeAt(certificate)) / 3;
}

export function isValid(
  { validFrom, validTo }: X509Certificate,
  now: Date,
): boolean {
  return (
    now.getTime() >= Date.parse(validFrom) &&
    now.getTime() <= Date.parse(validTo)
  );
}

/** Whether a certificate names a host, a DNS name or an IP address. */
export function names(certificate: X509Certificate, hostname: string): boolean {
  return (
    (isIP(hostname)
      ? certificate.checkIP(hostname)
      : certificate.checkHost(hostname)) !== undefined
  );
}

function generateKeys(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

/** X.509 has whole seconds. */
function validity(now: Date, lifetimeMs: number) {
  return {
    notBefore: new Date(now.getTime() - CLOCK_SKEW_MS),
    notAfter: new Date(now.getTime() + lifetimeMs),
  };
}

async function toPem(
  certificate: x509.X509Certificate,
  keys: CryptoKeyPair,
): Promise<KeyPair> {
  return {
    certificate: `${certificate.toString('pem')}\n`,
    key: `${x509.PemConverter.encode(
      await crypto.subtle.exportKey('pkcs8', keys.privateKey),
      'PRIVATE KEY',
    )}\n`,
  };
}
