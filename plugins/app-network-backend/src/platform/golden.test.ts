import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import { parse, stringify } from 'yaml';
import type { Service } from './addresses';
import type { ClusterFacts } from './clusterFacts';
import { platformReleases } from './components/platformReleases';
import { renderPlatform } from './render/render';
import { servicePorts } from './servicePorts';

const TESTDATA = join(__dirname, 'testdata');

/** `UPDATE_GOLDEN=1` writes the golden files anew, for review. */
const update = Boolean(process.env.UPDATE_GOLDEN);

const GRAFANA: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'monitoring', name: 'grafana' },
  spec: {
    ports: [
      { name: 'http', port: 80 },
      { name: 'https-web', port: 443 },
      { name: 'web', appProtocol: 'HTTPS', port: 8443 },
    ],
  },
};

const FACTS: ClusterFacts = {
  clusterId: '3f1c9d0e-1111-2222-3333-444455556666',
  applicationAddresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
  existing: {},
  ingressClass: undefined,
  meshMode: undefined,
  givenCa: {
    fingerprint: 'ab'.repeat(32),
    notBefore: '2026-01-01T00:00:00Z',
    notAfter: '2027-01-01T00:00:00Z',
  },
  issuer: {
    name: 'app-network-ca',
    kind: 'ClusterIssuer',
    group: 'cert-manager.io',
  },
  issuersNamed: [],
  systemAddresses: [{ type: 'IPAddress', value: '203.0.113.8' }],
  releasePorts: {
    'istio-ingressgateway': [80, 443, 15021].map(port => ({
      protocol: 'TCP',
      port,
    })),
  },
  apiServerCalls: {
    vault: [
      {
        selector: { app: 'injector' },
        podPort: { protocol: 'TCP', port: 'hook' },
        numbers: [8080],
      },
    ],
  },
  headlessServices: ['monitoring/headless'],
  unreadyServices: [],
  systemServices: {
    'monitoring/prometheus': [
      { port: 9090, podPort: { protocol: 'TCP', port: 'web' } },
    ],
    'monitoring/grafana': servicePorts(GRAFANA),
  },
};

const cases = readdirSync(TESTDATA)
  .filter(file => file.endsWith('.yaml') && !file.endsWith('.golden.yaml'))
  .map(file => file.replace('.yaml', ''));

describe('a NetworkPlatform', () => {
  it.each(cases)('%s becomes what its golden file says', name => {
    const platform: NetworkPlatform = parse(
      readFileSync(join(TESTDATA, `${name}.yaml`), 'utf8'),
    );
    const text = stringify(
      {
        // What values are merged from would say everything twice.
        releases: platformReleases(platform, FACTS).map(
          ({ layers: _, ...release }) => release,
        ),
        ...renderPlatform(platform, FACTS),
      },
      { aliasDuplicateObjects: false, lineWidth: 0 },
    );
    const golden = join(TESTDATA, `${name}.golden.yaml`);
    if (update) {
      writeFileSync(golden, text);
    }
    expect(existsSync(golden)).toBe(true);
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });
});
