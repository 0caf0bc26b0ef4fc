import type { NameServer } from './nameServer.ts';

/** Where cert-manager reads what its ClusterIssuers need. */
export const CERT_MANAGER = 'cert-manager';

const APP = 'certificates-test';
const LABELS = { app: APP };

/** Selects everything that is made here. */
export const LABEL = `app=${APP}`;

/** What cert-manager issues for the tests: two CAs, one of which is behind an issuer, and the certificate of the ACME server itself. */
export function issuedInCluster(acmeAddress: string): object[] {
  const api = { apiVersion: 'cert-manager.io/v1' };
  const metadata = (name: string) => ({
    name,
    namespace: CERT_MANAGER,
    labels: LABELS,
  });
  const certificate = (name: string, spec: object) => ({
    ...api,
    kind: 'Certificate',
    metadata: metadata(name),
    spec: {
      secretName: name,
      secretTemplate: { labels: LABELS },
      commonName: name,
      issuerRef: { name: 'self-signed' },
      privateKey: { algorithm: 'ECDSA', rotationPolicy: 'Always' },
      ...spec,
    },
  });
  return [
    {
      ...api,
      kind: 'Issuer',
      metadata: metadata('self-signed'),
      spec: { selfSigned: {} },
    },
    {
      ...api,
      kind: 'ClusterIssuer',
      metadata: { name: 'company', labels: LABELS },
      spec: { ca: { secretName: 'company-ca' } },
    },
    certificate('given-ca', { isCA: true }),
    certificate('company-ca', { isCA: true }),
    certificate('pebble', { ipAddresses: [acmeAddress] }),
  ];
}

/** A Secret of a certificate and a key, PEM. */
export function tlsSecret(
  name: string,
  certificate: string,
  key: string,
): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: CERT_MANAGER, labels: LABELS },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': certificate, 'tls.key': key },
  };
}

/** A Secret with the key of a name server. */
export function tsigSecret(name: string, { key }: NameServer): object {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: CERT_MANAGER, labels: LABELS },
    stringData: { secret: key.secret },
  };
}

/** cert-manager's solver that writes to a name server (RFC 2136). */
export function rfc2136(
  { address, port, key }: NameServer,
  secret: string,
): object {
  return {
    dns01: {
      rfc2136: {
        nameserver: `${address}:${port}`,
        tsigKeyName: key.name,
        tsigAlgorithm: 'HMACSHA256',
        tsigSecretSecretRef: { name: secret, key: 'secret' },
      },
    },
    // cert-manager would look for the record where nobody has put it, or else wait a minute for caches, which there are none of.
    waitInsteadOfSelfCheck: '0s',
  };
}
