import type {
  NetworkPlatform,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { platformFacts } from './facts';

const platform = (
  spec: NetworkPlatformSpec,
  addresses: { type: 'IPAddress' | 'Hostname'; value: string }[] = [],
): NetworkPlatform => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'NetworkPlatform',
  metadata: { name: 'default' },
  spec,
  status: { ingress: { applications: { addresses } } },
});

const ip = (value: string) => ({ type: 'IPAddress' as const, value });

describe('platformFacts', () => {
  it('speaks of what the platform makes where the spec says nothing', () => {
    expect(platformFacts(platform({}, [ip('203.0.113.7')]))).toEqual({
      environmentName: 'default',
      dnsSuffix: '203.0.113.7.nip.io',
      dns: { mode: 'Wildcard' },
      ingressGateway: {
        namespace: 'istio-system',
        serviceAccount: 'istio-ingressgateway',
        selector: { istio: 'ingressgateway' },
        addresses: [ip('203.0.113.7')],
      },
      issuer: {
        name: 'app-network-ca',
        kind: 'ClusterIssuer',
        group: 'cert-manager.io',
      },
      http01: false,
      egressGateway: undefined,
      refusesUndeclaredHosts: false,
      trustDomain: 'cluster.local',
      namespaces: [
        'cert-manager',
        'istio-system',
        'nginx-ingress',
        'external-dns',
      ],
      systemHostnames: [],
      scrapers: [],
    });
  });

  it.each<[string, NetworkPlatformSpec, string | undefined]>([
    ['by the profile', { profile: 'production' }, 'istio-system'],
    [
      'by its own word',
      { components: { istio: { egressGateway: { enabled: true } } } },
      'istio-system',
    ],
    [
      'in a namespace of its own',
      {
        profile: 'production',
        components: { istio: { egressGateway: { namespace: 'egress' } } },
      },
      'egress',
    ],
    [
      'and does not where it is switched off',
      {
        profile: 'production',
        components: { istio: { egressGateway: { enabled: false } } },
      },
      undefined,
    ],
    [
      'and does not without Istio',
      { profile: 'production', components: { istio: { enabled: false } } },
      undefined,
    ],
  ])('has an egress gateway %s', (_, spec, namespace) => {
    expect(platformFacts(platform(spec)).egressGateway).toEqual(
      namespace && {
        namespace,
        host: `istio-egressgateway.${namespace}.svc.cluster.local`,
        selector: { istio: 'egressgateway' },
      },
    );
  });

  it.each<[string, NetworkPlatformSpec, string[], string | undefined]>([
    ['no address yet', {}, [], undefined],
    [
      'another wildcard domain',
      { dns: { wildcard: { domain: 'sslip.io' } } },
      ['203.0.113.7'],
      '203.0.113.7.sslip.io',
    ],
    [
      'IPv4 before IPv6',
      {},
      ['2001:db8::1', '203.0.113.7'],
      '203.0.113.7.nip.io',
    ],
    [
      'IPv6 alone, with dashes',
      { dns: { wildcard: { domain: 'sslip.io' } } },
      ['2001:db8::1'],
      '2001-db8--1.sslip.io',
    ],
    [
      'a suffix of one’s own',
      { dns: { custom: { suffix: 'apps.example.com' } } },
      [],
      'apps.example.com',
    ],
    [
      'a zone',
      {
        dns: {
          external: { zone: 'example.com', provider: { name: 'rfc2136' } },
        },
      },
      [],
      'example.com',
    ],
  ])('finds the DNS suffix: %s', (_, spec, addresses, suffix) => {
    expect(platformFacts(platform(spec, addresses.map(ip))).dnsSuffix).toBe(
      suffix,
    );
  });

  it('knows no wildcard suffix where the load balancer gives a hostname', () => {
    const { dnsSuffix } = platformFacts(
      platform({}, [{ type: 'Hostname', value: 'lb.example.com' }]),
    );
    expect(dnsSuffix).toBeUndefined();
  });

  it('takes the issuer from the status, where the one that issues is told', () => {
    const certificates = { issuerRef: { name: 'vault' } };
    const status = { issuer: { name: 'app-network-ca' } };
    expect(
      platformFacts({ ...platform({ certificates }), status }).issuer,
    ).toEqual({
      name: 'app-network-ca',
      kind: 'ClusterIssuer',
      group: 'cert-manager.io',
    });
  });

  it('says of the gateway what the platform says is wrong with it', () => {
    const row = (status: 'True' | 'False') =>
      platformFacts({
        ...platform({}),
        status: {
          conditions: [
            {
              type: 'IngressGatewayReady',
              status,
              reason: 'NoAddress',
              message: 'Service edge/public has no address yet.',
              lastTransitionTime: '2026-06-01T12:00:00Z',
            },
          ],
        },
      }).ingressGateway.problem;
    expect(row('False')).toBe('Service edge/public has no address yet.');
    expect(row('True')).toBeUndefined();
  });

  it('follows the spec', () => {
    expect(
      platformFacts(
        platform({
          environmentName: 'blue',
          certificates: { issuerRef: { name: 'vault', kind: 'Issuer' } },
          components: {
            istio: {
              namespace: 'mesh',
              ingressGateway: { namespace: 'edge' },
              values: {
                meshConfig: {
                  trustDomain: 'example.org',
                  outboundTrafficPolicy: { mode: 'REGISTRY_ONLY' },
                },
              },
            },
          },
          systemComponents: [
            { name: 'grafana', namespace: 'monitoring' },
            {
              name: 'prometheus',
              namespace: 'monitoring',
              selector: { matchLabels: { app: 'prometheus' } },
              scraper: true,
            },
          ],
        }),
      ),
    ).toMatchObject({
      environmentName: 'blue',
      ingressGateway: { namespace: 'edge' },
      issuer: { name: 'vault', kind: 'Issuer', group: 'cert-manager.io' },
      refusesUndeclaredHosts: true,
      trustDomain: 'example.org',
      scrapers: [{ namespace: 'monitoring', selector: { app: 'prometheus' } }],
    });
  });
});
