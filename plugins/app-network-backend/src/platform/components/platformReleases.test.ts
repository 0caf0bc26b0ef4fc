import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import { NO_FACTS } from '../clusterFacts';
import { externalDnsReleases, zoneNameServers } from './externalDns';
import { platformReleases } from './platformReleases';

const releases = (spec: NetworkPlatformSpec) =>
  platformReleases({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec,
  });

const release = (spec: NetworkPlatformSpec, name: string) => {
  const found = releases(spec).find(other => other.release === name);
  if (!found) {
    throw new Error(`there is no release ${name}`);
  }
  return found;
};

describe('platformReleases', () => {
  it('names each release after those that it needs', () => {
    const names = releases({}).map(other => other.release);
    for (const { release: name, needs } of releases({})) {
      for (const needed of needs) {
        expect(names.indexOf(needed)).toBeLessThan(names.indexOf(name));
      }
    }
  });

  it("lets the user's values win, field by field", () => {
    const { values } = release(
      {
        components: {
          certManager: {
            values: {
              webhook: { timeoutSeconds: 5 },
              crds: { keep: false },
              extraArgs: ['--v=4'],
            },
          },
        },
      },
      'cert-manager',
    );
    expect(values).toMatchObject({
      webhook: { replicaCount: 1, timeoutSeconds: 5 },
      crds: { enabled: true, keep: false },
      extraArgs: ['--v=4'],
    });
  });

  it.each<[string, unknown, unknown]>([
    [
      'a map',
      { 'rfc2136-host': '192.0.2.53', 'rfc2136-axfr': false },
      {
        'txt-wildcard-replacement': '_wildcard',
        'rfc2136-zone': 'example.com',
        'rfc2136-axfr': false,
        'rfc2136-host': '192.0.2.53',
      },
    ],
    [
      'a list, which would replace it',
      ['--rfc2136-host=192.0.2.53', '--rfc2136-zone=sub.example.com'],
      [
        '--txt-wildcard-replacement=_wildcard',
        '--rfc2136-axfr=true',
        '--rfc2136-host=192.0.2.53',
        '--rfc2136-zone=sub.example.com',
      ],
    ],
  ])(
    'gives ExternalDNS what the zone needs, beside arguments of the user in %s',
    (_, extraArgs, expected) => {
      const { values } = release(
        {
          dns: {
            external: {
              zone: 'example.com',
              provider: { name: 'rfc2136' },
              values: { extraArgs } as never,
            },
          },
        },
        'external-dns',
      );
      expect(values.extraArgs).toEqual(expected);
    },
  );

  it.each<[string, NetworkPlatformSpec, string, object]>([
    [
      'a repository of the user, with another name of the chart',
      {
        components: {
          certManager: {
            version: 'v1.20.0',
            chart: { repository: 'https://charts.example.com', name: 'cm' },
          },
        },
      },
      'cert-manager',
      {
        chart: 'cm',
        source: { repository: 'https://charts.example.com', name: 'cm' },
        version: 'v1.20.0',
      },
    ],
    [
      'a path, whose chart knows its version',
      { components: { istio: { charts: { gateway: { path: '/gw.tgz' } } } } },
      'istio-ingressgateway',
      { source: { path: '/gw.tgz' } },
    ],
    [
      'a registry',
      {
        components: {
          istio: {
            version: '1.30.8',
            charts: { base: { oci: 'oci://example.com/base' } },
          },
        },
      },
      'istio-base',
      { source: { oci: 'oci://example.com/base' }, version: '1.30.8' },
    ],
    [
      'namespaces, the gateway apart from istiod',
      {
        components: {
          istio: {
            namespace: 'mesh',
            ingressGateway: { namespace: 'edge', replicas: 3 },
          },
        },
      },
      'istio-ingressgateway',
      { namespace: 'edge' },
    ],
  ])('takes %s', (_, spec, name, expected) => {
    const found = release(spec, name);
    expect(found).toMatchObject(expected);
    expect('version' in found).toBe(
      'version' in expected || !found.source.path,
    );
  });

  it('leaves out what is switched off, and with Istio its gateways', () => {
    const enabled = (spec: NetworkPlatformSpec) =>
      releases(spec)
        .filter(other => other.enabled)
        .map(other => other.release);
    expect(
      enabled({
        profile: 'production',
        components: { istio: { enabled: false } },
      }),
    ).toEqual(['cert-manager', 'nginx-ingress']);
    expect(
      enabled({ components: { certManager: { enabled: false } } }),
    ).toEqual([
      'istio-base',
      'istiod',
      'istio-ingressgateway',
      'nginx-ingress',
    ]);
  });

  describe('ExternalDNS', () => {
    const dns: NetworkPlatformSpec['dns'] = {
      external: { zone: 'example.com', provider: { name: 'aws' } },
    };
    const of = (spec: NetworkPlatformSpec, clusterId?: string) =>
      externalDnsReleases(spec, { ...NO_FACTS, clusterId })[0];

    it('waits for an owner id rather than making one up', () => {
      expect(of({ dns })?.awaits).toEqual([
        expect.stringContaining('uid of namespace kube-system'),
      ]);
      expect(of({ dns }, 'uid')).not.toHaveProperty('awaits');
      expect(of({ dns }, 'uid')?.values.txtOwnerId).toBe('default-uid');
      const owned = { external: { ...dns.external!, ownerId: 'blue' } };
      expect(of({ dns: owned })).not.toHaveProperty('awaits');
    });

    it('is installed for a zone alone, and not where it is switched off', () => {
      expect(of({}, 'uid')?.enabled).toBe(false);
      expect(of({ dns }, 'uid')?.enabled).toBe(true);
      const components = { externalDNS: { enabled: false } };
      expect(of({ dns, components }, 'uid')?.enabled).toBe(false);
    });
  });

  it.each<[string, string, object | undefined, string[] | undefined]>([
    ['aws', 'are to be looked up', undefined, undefined],
    ['rfc2136', 'are to be looked up', {}, undefined],
    [
      'rfc2136',
      'are those of a map',
      { 'rfc2136-host': '192.0.2.53', 'rfc2136-port': 5353 },
      ['192.0.2.53:5353'],
    ],
    [
      'rfc2136',
      'are those of a list',
      ['--rfc2136-host=192.0.2.53', '--rfc2136-host=2001:db8::53'],
      ['192.0.2.53:53', '[2001:db8::53]:53'],
    ],
    [
      'rfc2136',
      'are to be looked up where they are names of the cluster',
      { 'rfc2136-host': 'bind.dns.svc' },
      undefined,
    ],
  ])('name servers of a zone with %s %s', (name, _, extraArgs, expected) => {
    const external = {
      zone: 'example.com',
      provider: { name },
      values: { ...(extraArgs ? { extraArgs } : {}) },
    };
    expect(zoneNameServers({ dns: { external } })).toEqual(expected);
  });
});
