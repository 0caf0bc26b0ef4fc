import type {
  IssuerRef,
  KubernetesObject,
  NetworkPlatform,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { GivenCa } from './certificateAuthority';
import { issuerInUse, platformIssuer } from './platformIssuer';

type Certificates = NetworkPlatformSpec['certificates'];

const ca = (name: string): Certificates => ({
  ca: { secretRef: { namespace: 'cert-manager', name } },
});
const acme = (server: string, email = 'a@example.com'): Certificates => ({
  acme: { server, email },
});
const given = (fingerprint: string): GivenCa => ({
  fingerprint,
  notBefore: '2026-01-01T00:00:00Z',
  notAfter: '2027-01-01T00:00:00Z',
});

describe('platformIssuer', () => {
  const name = (certificates: Certificates, givenCa?: GivenCa) =>
    platformIssuer({ certificates }, givenCa).name;

  it('is app-network-ca for a CA of the cluster’s own', () => {
    expect(name(undefined)).toBe('app-network-ca');
    expect(name({ selfSigned: {} })).toBe('app-network-ca');
  });

  it('has another name for each way, ACME server, given Secret and CA in it, so that changes are issued anew', () => {
    const names = [
      name(undefined),
      name(acme('https://one.example')),
      name(acme('https://other.example')),
      name(ca('one'), given('aa')),
      name(ca('one'), given('bb')),
      name(ca('other'), given('aa')),
      name(ca('one'), { problem: 'missing' }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('keeps its name where nothing is to be issued anew', () => {
    expect(name(acme('https://one.example', 'b@example.com'))).toBe(
      name(acme('https://one.example')),
    );
    expect(name(ca('one'), given('aa'))).toBe(name(ca('one'), given('aa')));
  });
});

describe('issuerInUse', () => {
  const use = (options: {
    certificates?: Certificates;
    givenCa?: GivenCa;
    previous?: IssuerRef;
    ready?: string[];
  }) => {
    const platform: NetworkPlatform = {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'NetworkPlatform',
      metadata: { name: 'default' },
      spec: { certificates: options.certificates },
      ...(options.previous ? { status: { issuer: options.previous } } : {}),
    };
    const find = (name: string) =>
      ({
        apiVersion: 'cert-manager.io/v1',
        kind: 'ClusterIssuer',
        metadata: { name },
        status: {
          conditions: [
            {
              type: 'Ready',
              status: options.ready?.includes(name) ? 'True' : 'False',
            },
          ],
        },
      } as KubernetesObject);
    return issuerInUse(platform, options.givenCa, find).name;
  };
  const vault: Certificates = { issuerRef: { name: 'vault' } };
  const own = { name: 'app-network-ca' };

  it.each<[string, Parameters<typeof use>[0], string]>([
    ['the first, ready or not', {}, 'app-network-ca'],
    [
      'the one before while the new one is not ready',
      { certificates: vault, previous: own, ready: ['app-network-ca'] },
      'app-network-ca',
    ],
    [
      'the new one when it is ready',
      {
        certificates: vault,
        previous: own,
        ready: ['app-network-ca', 'vault'],
      },
      'vault',
    ],
    [
      'the new one where the one before does not issue either',
      { certificates: vault, previous: own },
      'vault',
    ],
    [
      'the new one at once where it is of a kind that is not looked at',
      {
        certificates: { issuerRef: { name: 'vault', kind: 'VaultIssuer' } },
        previous: own,
        ready: ['app-network-ca'],
      },
      'vault',
    ],
    [
      'the one before while the given Secret is no CA, ready or not',
      {
        certificates: ca('mine'),
        givenCa: { problem: 'no CA' },
        previous: own,
      },
      'app-network-ca',
    ],
  ])('is %s', (_, options, name) => {
    expect(use(options)).toBe(name);
  });
});
