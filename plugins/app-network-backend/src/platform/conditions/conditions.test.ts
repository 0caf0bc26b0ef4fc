import {
  PLATFORM_CONDITIONS,
  type ComponentStatus,
  type KubernetesObject,
  type NetworkPlatform,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type { ReconcileOwnedResult } from '../../engine/types';
import { NO_FACTS } from '../clusterFacts';
import type { PlatformObservation } from './row';
import { platformStatus } from '../status';

const NOW = new Date('2026-06-01T12:00:00Z');

const platform = (spec: NetworkPlatformSpec = {}): NetworkPlatform => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'NetworkPlatform',
  metadata: { name: 'default', generation: 3 },
  spec,
});

const component = (
  release: string,
  state: ComponentStatus['state'] = 'Ready',
  message = '',
): ComponentStatus => ({
  name: release === 'cert-manager' ? 'certManager' : 'istio',
  release,
  chart: release,
  state,
  message,
});

const components = (...changed: ComponentStatus[]) =>
  [
    component('cert-manager'),
    component('istio-base'),
    component('istiod'),
    component('istio-ingressgateway'),
    component('istio-egressgateway', 'Disabled'),
  ].map(
    ready => changed.find(({ release }) => release === ready.release) ?? ready,
  );

const peerAuthentication = {
  apiVersion: 'security.istio.io/v1',
  kind: 'PeerAuthentication',
  metadata: { namespace: 'istio-system', name: 'default' },
};

const networkPolicy = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { namespace: 'istio-system', name: 'app-network-istiod' },
};

const owned = (
  change: Partial<ReconcileOwnedResult> = {},
): ReconcileOwnedResult => ({
  observed: [peerAuthentication, networkPolicy],
  written: [],
  pruned: [],
  deleting: [],
  conflicts: [],
  failures: [],
  ...change,
});

const issuer = (status: 'True' | 'False', message = ''): KubernetesObject =>
  ({
    apiVersion: 'cert-manager.io/v1',
    kind: 'ClusterIssuer',
    metadata: { name: 'app-network-ca' },
    status: { conditions: [{ type: 'Ready', status, message }] },
  } as KubernetesObject);

const observation = (
  change: Partial<PlatformObservation> = {},
): PlatformObservation => ({
  platform: platform(),
  components: components(),
  systemComponents: [],
  facts: NO_FACTS,
  addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
  addressMessage: 'No address yet.',
  owned: owned(),
  issuer: issuer('True'),
  rendered: [{ object: networkPolicy, needs: ['istiod'] }],
  certificateProblems: [],
  now: NOW,
  ...change,
});

describe('platformStatus', () => {
  it('is Ready when every row is', () => {
    const status = platformStatus(observation());
    expect(status).toMatchObject({ observedGeneration: 3, phase: 'Ready' });
    expect(
      status.conditions?.map(({ type, status: value, reason, message }) => [
        type,
        value,
        reason,
        message,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['Ready', 'True', 'Ready', 'The platform is ready.'],
        ['IstioReady', 'True', 'Ready', 'Istio runs.'],
        [
          'MTLSReady',
          'True',
          'Strict',
          'Plaintext to pods in the mesh is refused.',
        ],
        [
          'IngressGatewayReady',
          'True',
          'Ready',
          'Applications are reached at 203.0.113.7.',
        ],
        [
          'CertificatesReady',
          'True',
          'Ready',
          'ClusterIssuer app-network-ca issues certificates.',
        ],
        [
          'DNSReady',
          'True',
          'Wildcard',
          'Names end in 203.0.113.7.nip.io, which resolves by itself.',
        ],
        [
          'NetworkPoliciesReady',
          'True',
          'Ready',
          "1 of 1 NetworkPolicies are in place; the cluster's network plugin has to enforce them.",
        ],
      ]),
    );
    expect(status.conditions?.map(({ type }) => type)).toEqual([
      ...PLATFORM_CONDITIONS,
    ]);
  });

  it.each<
    [string, Partial<PlatformObservation>, string, string, string, string]
  >([
    [
      'a component on its way',
      { components: components(component('istiod', 'Installing')) },
      'Installing',
      'IstioReady',
      'ComponentInstalling',
      'istiod is installing.',
    ],
    [
      'a component that failed',
      {
        components: components(component('istiod', 'Failed', 'no such chart.')),
      },
      'Failed',
      'IstioReady',
      'ComponentFailed',
      'istiod: no such chart.',
    ],
    [
      'a gateway without an address',
      { addresses: [] },
      'Installing',
      'IngressGatewayReady',
      'NoAddress',
      'No address yet.',
    ],
    [
      'a load balancer that gives a hostname',
      { addresses: [{ type: 'Hostname', value: 'lb.example.com' }] },
      'Failed',
      'DNSReady',
      'NoIPAddress',
      'The load balancer gives the hostname lb.example.com and no IP address, which nip.io needs: use spec.dns.custom or spec.dns.external.',
    ],
    [
      'an issuer that is not ready',
      { issuer: issuer('False', 'secret "x" not found') },
      'Installing',
      'CertificatesReady',
      'IssuerNotReady',
      'ClusterIssuer app-network-ca is not ready: secret "x" not found',
    ],
    [
      'an issuer of the user that is not there',
      {
        platform: platform({ certificates: { issuerRef: { name: 'vault' } } }),
        issuer: undefined,
      },
      'Failed',
      'CertificatesReady',
      'IssuerNotReady',
      'There is no ClusterIssuer vault: make it, or name another in spec.certificates.issuerRef. Until then ClusterIssuer app-network-ca goes on issuing.',
    ],
    [
      'a spec that can not be done',
      { certificateProblems: ['spec.certificates.acme.solvers is empty.'] },
      'Failed',
      'CertificatesReady',
      'InvalidSpec',
      'spec.certificates.acme.solvers is empty.',
    ],
    [
      "a mesh-wide policy of somebody else's",
      {
        owned: owned({
          conflicts: [
            {
              ref: {
                apiVersion: 'security.istio.io/v1',
                kind: 'PeerAuthentication',
                namespace: 'istio-system',
                name: 'default',
              },
              owner: undefined,
            },
          ],
        }),
      },
      'Failed',
      'MTLSReady',
      'NameTaken',
      'PeerAuthentication istio-system/default belongs to somebody else and is left alone: remove it, so that the platform can make its own.',
    ],
    [
      'a NetworkPolicy that is not there yet',
      { owned: owned({ observed: [peerAuthentication] }) },
      'Installing',
      'NetworkPoliciesReady',
      'Applying',
      'NetworkPolicy istio-system/app-network-istiod will be made when istiod is ready.',
    ],
    [
      "a NetworkPolicy's name that is somebody else's",
      {
        owned: owned({
          observed: [peerAuthentication],
          conflicts: [
            {
              ref: {
                apiVersion: 'networking.k8s.io/v1',
                kind: 'NetworkPolicy',
                namespace: 'istio-system',
                name: 'app-network-istiod',
              },
              owner: undefined,
            },
          ],
        }),
      },
      'Failed',
      'NetworkPoliciesReady',
      'NameTaken',
      'NetworkPolicy istio-system/app-network-istiod belongs to somebody else and is left alone: remove it, so that the platform can make its own.',
    ],
  ])('tells of %s', (_, change, phase, type, reason, message) => {
    const status = platformStatus(observation(change));
    expect(status.phase).toBe(phase);
    const found = status.conditions?.find(other => other.type === type);
    expect(found).toMatchObject({ status: 'False', reason, message });
    expect(status.conditions?.[0]).toMatchObject({
      type: 'Ready',
      status: 'False',
    });
  });

  it('says that permissive is what was asked for', () => {
    const { conditions } = platformStatus(
      observation({
        platform: platform({ components: { istio: { mtls: 'Permissive' } } }),
      }),
    );
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'MTLSReady',
        status: 'True',
        reason: 'Permissive',
      }),
    );
  });

  it('says that there are to be no NetworkPolicies', () => {
    const { conditions } = platformStatus(
      observation({
        platform: platform({ networkPolicies: { enabled: false } }),
        rendered: [],
      }),
    );
    expect(conditions).toContainEqual(
      expect.objectContaining({
        type: 'NetworkPoliciesReady',
        status: 'True',
        reason: 'Disabled',
      }),
    );
  });

  it('keeps the time of a condition that stays, and drops one that is none of ours', () => {
    const before = platform();
    before.status = {
      conditions: ['IstioReady', 'FormerReady'].map(type => ({
        type,
        status: 'True',
        reason: 'Ready',
        message: '',
        lastTransitionTime: '2026-01-01T00:00:00Z',
      })),
    };
    const { conditions = [] } = platformStatus(
      observation({ platform: before }),
    );
    const times = new Map(
      conditions.map(({ type, lastTransitionTime }) => [
        type,
        lastTransitionTime,
      ]),
    );
    expect(times.get('IstioReady')).toBe('2026-01-01T00:00:00Z');
    expect(times.get('MTLSReady')).toBe('2026-06-01T12:00:00Z');
    expect(times.has('FormerReady')).toBe(false);
  });
});
