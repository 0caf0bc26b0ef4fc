import * as x509 from '@peculiar/x509';
import type {
  KubernetesObject,
  NetworkPlatform,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { KubernetesError } from '../../engine/errors';
import type { KubernetesClient } from '../../engine/types';
import { checkGivenCa, readGivenCa } from './certificateAuthority';

const NOW = new Date('2026-06-01T12:00:00Z');
const REF = { namespace: 'cert-manager', name: 'my-ca' };
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

interface Ca {
  crt: string;
  key: string;
}

async function makeCa(
  options: { ca?: boolean; from?: string; until?: string } = {},
): Promise<Ca> {
  const { ca = true, from = '2026-01-01', until = '2027-01-01' } = options;
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      name: 'CN=My CA, O=Tests',
      notBefore: new Date(`${from}T00:00:00Z`),
      notAfter: new Date(`${until}T00:00:00Z`),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [new x509.BasicConstraintsExtension(ca)],
    },
    crypto,
  );
  return {
    crt: certificate.toString('pem'),
    key: x509.PemConverter.encode(
      await crypto.subtle.exportKey('pkcs8', keys.privateKey),
      'PRIVATE KEY',
    ),
  };
}

function secret(data: Record<string, string>): KubernetesObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: REF,
    data: Object.fromEntries(
      Object.entries(data).map(([key, value]) => [
        key,
        Buffer.from(value).toString('base64'),
      ]),
    ),
  } as KubernetesObject;
}

const secretOf = ({ crt, key }: Ca) =>
  secret({ 'tls.crt': crt, 'tls.key': key });

describe('checkGivenCa', () => {
  it('takes a CA with its key, and tells one from another', async () => {
    const [one, other] = await Promise.all([makeCa(), makeCa()]);
    const given = checkGivenCa(secretOf(one), REF, NOW);
    expect(given).toEqual({
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      notBefore: '2026-01-01T00:00:00Z',
      notAfter: '2027-01-01T00:00:00Z',
    });
    expect(checkGivenCa(secretOf(one), REF, NOW)).toEqual(given);
    expect(checkGivenCa(secretOf(other), REF, NOW)).not.toEqual(given);
  });

  it.each<[string, () => Promise<KubernetesObject | undefined>, string]>([
    [
      'is missing',
      async () => undefined,
      'does not exist. Create it with kubectl create secret tls my-ca --namespace cert-manager --cert=ca.crt --key=ca.key, or name another.',
    ],
    [
      'has other keys',
      async () => secret({ 'ca.crt': 'a', password: 'b' }),
      'has ca.crt, password; it must have the certificate of the CA in tls.crt and its private key in tls.key, both in PEM.',
    ],
    [
      'is empty',
      async () => secret({}),
      'has nothing; it must have the certificate of the CA',
    ],
    [
      'has no PEM in tls.crt',
      async () => secretOf({ ...(await makeCa()), crt: 'nonsense' }),
      "has a tls.crt that can't be read (",
    ],
    [
      'has no PEM in tls.key',
      async () => secretOf({ ...(await makeCa()), key: 'nonsense' }),
      "has a tls.key that can't be read (",
    ],
    [
      'is a server’s certificate',
      async () => secretOf(await makeCa({ ca: false })),
      'has a certificate in tls.crt that is no CA (CN=My CA, O=Tests): its basicConstraints must say CA:TRUE',
    ],
    [
      'has the key of another',
      async () => secretOf({ ...(await makeCa()), key: (await makeCa()).key }),
      'has a tls.key that is not the private key of the certificate in tls.crt.',
    ],
    [
      'has expired',
      async () => secretOf(await makeCa({ until: '2026-05-31' })),
      'has a CA that expired at 2026-05-31T00:00:00Z.',
    ],
    [
      'is not valid yet',
      async () => secretOf(await makeCa({ from: '2026-06-02' })),
      'has a CA that is valid from 2026-06-02T00:00:00Z on.',
    ],
  ])('says what is wrong with a Secret that %s', async (_, make, message) => {
    const { problem } = checkGivenCa(await make(), REF, NOW);
    expect(problem).toContain(
      `spec.certificates.ca.secretRef: Secret cert-manager/my-ca ${message}`,
    );
  });
});

describe('readGivenCa', () => {
  const platform = (namespace: string): NetworkPlatform => ({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec: { certificates: { ca: { secretRef: { ...REF, namespace } } } },
  });
  const client = (
    get: (ref: ObjectRef) => Promise<KubernetesObject | undefined>,
  ) => ({ get } as Partial<KubernetesClient> as KubernetesClient);

  it('reads nothing where the spec gives no CA', async () => {
    const never = client(() => Promise.reject(new Error('read')));
    const { spec: _, ...without } = platform('cert-manager');
    expect(await readGivenCa(never, without, NOW)).toBeUndefined();
  });

  it('wants the Secret where cert-manager reads it, which may be a place that was found', async () => {
    const absent = client(async () => undefined);
    const elsewhere = await readGivenCa(absent, platform('vault'), NOW);
    expect(elsewhere?.problem).toBe(
      'spec.certificates.ca.secretRef.namespace is vault, and cert-manager reads the Secrets of ClusterIssuers in its own namespace: put the Secret my-ca into namespace cert-manager and name that.',
    );
    const status = {
      components: [
        {
          name: 'certManager',
          release: 'cert-manager',
          chart: 'cert-manager',
          state: 'Existing' as const,
          namespace: 'vault',
          existing: true,
        },
      ],
    };
    const found = await readGivenCa(
      absent,
      { ...platform('vault'), status } as NetworkPlatform,
      NOW,
    );
    expect(found?.problem).toContain('Secret vault/my-ca does not exist');
  });

  it('tells a Secret that may not be read from an API server that does not answer', async () => {
    const failing = (statusCode: number | undefined) =>
      client(() =>
        Promise.reject(
          new KubernetesError(
            { cluster: 'test', verb: 'get', object: 'Secret' },
            { statusCode, status: { message: 'no' } },
          ),
        ),
      );
    const forbidden = await readGivenCa(
      failing(403),
      platform('cert-manager'),
      NOW,
    );
    expect(forbidden?.problem).toContain('spec.certificates.ca.secretRef: ');
    await expect(
      readGivenCa(failing(undefined), platform('cert-manager'), NOW),
    ).rejects.toThrow();
  });
});
