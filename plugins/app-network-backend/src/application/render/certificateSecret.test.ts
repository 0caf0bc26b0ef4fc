import * as x509 from '@peculiar/x509';
import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { renderCertificateSecret } from './certificateSecret';
import type { Secret } from './types';

const appNetwork: AppNetwork = {
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { name: 'shop', namespace: 'shop' },
  spec: { tls: { certificateRef: { name: 'my-cert' } } },
};

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function keyPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function pemOf(key: CryptoKey): Promise<string> {
  const der = await crypto.subtle.exportKey('pkcs8', key);
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

async function certificate(
  hostnames: string[],
  keys: CryptoKeyPair,
  signingAlgorithm: Algorithm = ALGORITHM,
): Promise<string> {
  const made = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=Test CA, O=Tests',
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2027-02-01T00:00:00Z'),
      signingAlgorithm,
      keys,
      extensions: [
        new x509.SubjectAlternativeNameExtension(
          hostnames.map(value => ({ type: 'dns' as const, value })),
        ),
      ],
    },
    crypto,
  );
  return made.toString('pem');
}

function secret(data: Record<string, string>, type = 'kubernetes.io/tls') {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'my-cert', namespace: 'shop' },
    type,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    ),
  } satisfies Secret;
}

function copy(source: Secret | undefined, hostnames = ['shop.example.com']) {
  return renderCertificateSecret(appNetwork, DEFAULT_FACTS, hostnames, source);
}

describe('renderCertificateSecret', () => {
  it('copies certificate and key to the gateway, and nothing else of the Secret', async () => {
    const keys = await keyPair();
    const source = secret({
      'tls.crt': await certificate(['shop.example.com'], keys),
      'tls.key': await pemOf(keys.privateKey),
      password: 'x',
    });
    const { 'tls.crt': crt, 'tls.key': key } = source.data;
    expect(copy(source)).toEqual({
      secret: {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: 'shop-shop-tls', namespace: 'istio-system' },
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': crt, 'tls.key': key },
      },
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-02-01T00:00:00Z',
      issuer: 'Test CA',
      problems: [],
    });
  });

  it('takes a wildcard for the names below it, and for itself', async () => {
    const keys = await keyPair();
    const source = secret({
      'tls.crt': await certificate(['*.example.com'], keys),
      'tls.key': await pemOf(keys.privateKey),
    });
    expect(
      copy(source, ['shop.example.com', '*.example.com']).problems,
    ).toEqual([]);
  });

  it('copies a certificate that does not cover every hostname, and names those it does not', async () => {
    const keys = await keyPair();
    const source = secret({
      'tls.crt': await certificate(['shop.example.com'], keys),
      'tls.key': await pemOf(keys.privateKey),
    });
    const { secret: copied, problems } = copy(source, [
      'shop.example.com',
      'www.example.org',
    ]);
    expect(copied).toBeDefined();
    expect(problems).toEqual([
      {
        condition: 'CertificateReady',
        reason: 'HostnameNotCovered',
        message: expect.stringContaining(
          'has a certificate for shop.example.com, which does not cover www.example.org.',
        ),
      },
    ]);
  });

  it.each<
    [
      title: string,
      source: () => Promise<Secret | undefined>,
      reason: string,
      message: string,
    ]
  >([
    [
      'a Secret that does not exist',
      async () => undefined,
      'SecretNotFound',
      'Secret my-cert in namespace shop does not exist',
    ],
    [
      'a Secret of another type',
      async () => secret({}, 'Opaque'),
      'InvalidSecret',
      'has the type Opaque; it must be kubernetes.io/tls',
    ],
    [
      'what is not PEM',
      async () => secret({ 'tls.crt': 'x', 'tls.key': 'y' }),
      'InvalidCertificate',
      'cannot be read',
    ],
    [
      'the key of another certificate',
      async () =>
        secret({
          'tls.crt': await certificate(['shop.example.com'], await keyPair()),
          'tls.key': await pemOf((await keyPair()).privateKey),
        }),
      'InvalidCertificate',
      'tls.key is not the private key of tls.crt',
    ],
    [
      'an RSA key that the gateway would not take',
      async () => {
        const rsa = {
          name: 'RSASSA-PKCS1-v1_5',
          modulusLength: 1024,
          publicExponent: new Uint8Array([1, 0, 1]),
          hash: 'SHA-256',
        };
        const keys = await crypto.subtle.generateKey(rsa, true, [
          'sign',
          'verify',
        ]);
        return secret({
          'tls.crt': await certificate(['shop.example.com'], keys, rsa),
          'tls.key': await pemOf(keys.privateKey),
        });
      },
      'InvalidCertificate',
      'its RSA key has 1024 bits, and the gateway takes none below 2048',
    ],
  ])('does not copy %s', async (_title, source, reason, message) => {
    expect(copy(await source())).toEqual({
      problems: [
        {
          condition: 'CertificateReady',
          reason,
          message: expect.stringContaining(message),
        },
      ],
    });
  });
});
