import type {
  ComponentStatus,
  Condition,
  NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { nothingDone } from '../../engine/reconcileOwned';
import { NO_FACTS } from '../clusterFacts';
import type { DnsObservation } from '../dns/observeDns';
import { dnsReady } from './dnsReady';

const external: NetworkPlatformSpec = {
  dns: { external: { zone: 'example.com', provider: { name: 'rfc2136' } } },
};

function row(
  spec: NetworkPlatformSpec,
  dns: DnsObservation = {},
  state: ComponentStatus['state'] = 'Ready',
  before?: Condition,
) {
  const { type: _, ...rest } = dnsReady({
    platform: {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'NetworkPlatform',
      metadata: { name: 'default', generation: 3 },
      spec,
      status: { conditions: before ? [before] : [] },
    },
    components: [
      {
        name: 'externalDNS',
        release: 'external-dns',
        chart: 'external-dns',
        state,
        message: 'Pod external-dns/a: container external-dns is in Error.',
      },
    ],
    facts: {
      ...NO_FACTS,
      systemAddresses: [{ type: 'IPAddress', value: '203.0.113.8' }],
    },
    addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
    addressMessage: '',
    owned: nothingDone(),
    issuer: undefined,
    rendered: [],
    systemComponents: [],
    certificateProblems: [],
    now: new Date('2026-06-01T12:00:00Z'),
    dns,
  });
  return rest;
}

const condition = (observedGeneration: number): Condition => ({
  type: 'DNSReady',
  status: 'True',
  reason: 'ExternalDNS',
  message: 'As it was.',
  lastTransitionTime: '2026-06-01T11:00:00Z',
  observedGeneration,
});

const name = {
  hostname: 'prometheus.default.example.com',
  leadsTo: [],
  asked: '192.0.2.53',
};

describe('DNSReady of a platform', () => {
  it.each<[string, ReturnType<typeof row>, object]>([
    [
      'holds where ExternalDNS runs, and says nothing of a trouble',
      row(external, { report: { upToDate: true } }),
      {
        status: 'True',
        reason: 'ExternalDNS',
        message: 'ExternalDNS runs. It keeps the records of example.com.',
      },
    ],
    [
      'carries what the provider says, and what to do, before what became of the pod for it',
      row(
        external,
        { report: { upToDate: false, problem: 'bad return code: REFUSED' } },
        'Failed',
      ),
      {
        status: 'False',
        reason: 'ProviderRefused',
        message:
          "ExternalDNS can't keep the records of example.com: bad return code: REFUSED. The name server refuses: let the key of spec.dns.external.values read the zone (transfers) and write it (updates), and check that the server keeps this zone.",
      },
    ],
    [
      'says what is wrong with the pods where the provider has said nothing',
      row(external, {}, 'Failed'),
      {
        status: 'False',
        reason: 'ComponentFailed',
        message:
          'external-dns: Pod external-dns/a: container external-dns is in Error.',
      },
    ],
    [
      'is not known before it has been looked at',
      row(external, { isLooking: true }),
      { status: 'Unknown', reason: 'Looking', progressing: true },
    ],
    [
      'is what it was, before it has been looked at after a restart',
      row(external, { isLooking: true }, 'Ready', condition(3)),
      { status: 'True', reason: 'ExternalDNS', message: 'As it was.' },
    ],
    [
      'is not what it was for another specification',
      row(external, { isLooking: true }, 'Ready', condition(2)),
      { status: 'Unknown', reason: 'Looking' },
    ],
    [
      'names what it has seen',
      row(external, { names: [{ ...name, state: 'Resolves' }] }),
      {
        status: 'True',
        message: expect.stringContaining(
          'They lead where they should for prometheus.default.example.com.',
        ),
      },
    ],
    [
      'waits for the record of a system component',
      row(external, { names: [{ ...name, state: 'Missing' }] }),
      {
        status: 'False',
        reason: 'RecordMissing',
        progressing: true,
        message:
          'prometheus.default.example.com has no record yet, as 192.0.2.53 says; it should lead to 203.0.113.8.',
      },
    ],
    [
      'tells whose record is in the way',
      row(external, {
        names: [
          {
            ...name,
            state: 'Elsewhere',
            leadsTo: ['192.0.2.1'],
            maker: { owner: 'blue', resource: 'ingress/monitoring/prometheus' },
          },
        ],
      }),
      {
        status: 'False',
        reason: 'PointsElsewhere',
        message: expect.stringContaining(
          'made by the ExternalDNS with owner id blue for ingress/monitoring/prometheus',
        ),
      },
    ],
    [
      'holds where no name server can be asked from here',
      row(external, {
        names: [{ ...name, state: 'Unanswered', failure: 'ETIMEOUT' }],
      }),
      { status: 'True', reason: 'ExternalDNS' },
    ],
    [
      "leaves records to an ExternalDNS of the user's own",
      row(external, {}, 'Disabled'),
      { status: 'True', reason: 'NotManaged' },
    ],
    [
      "does not wait for records that are the user's to make, and tells which are missing",
      row(
        { dns: { custom: { suffix: 'example.com' } } },
        { names: [{ ...name, state: 'Missing' }] },
      ),
      {
        status: 'True',
        reason: 'Custom',
        message: expect.stringContaining('has no record yet'),
      },
    ],
    [
      'asks nobody about a wildcard',
      row({}),
      {
        status: 'True',
        reason: 'Wildcard',
        message: 'Names end in 203.0.113.7.nip.io, which resolves by itself.',
      },
    ],
  ])('%s', (_, found, expected) => {
    expect(found).toMatchObject(expected);
  });
});
