import type { NetworkPlatform } from '@app-network/backstage-plugin-app-network-common';
import { platformReleases } from '../components/platformReleases';
import { NO_FACTS } from '../clusterFacts';
import { platformFacts } from '../facts';
import type { Workload } from '../workloads';
import {
  existingComponents,
  withExisting,
  type ExistingName,
} from './existing';

const deployment = (
  namespace: string,
  name: string,
  options: {
    image?: string;
    available?: number;
    release?: string;
    deleting?: boolean;
  } = {},
): Workload => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    namespace,
    name,
    ...(options.deleting ? { deletionTimestamp: '2026-06-01T12:00:00Z' } : {}),
    ...(options.release
      ? {
          annotations: {
            'meta.helm.sh/release-name': options.release,
            'meta.helm.sh/release-namespace': namespace,
          },
        }
      : {}),
  },
  spec: {
    template: {
      metadata: { labels: { app: name } },
      spec: {
        serviceAccountName: `${name}-account`,
        containers: [{ name: 'main', image: options.image ?? 'istio/pilot' }],
      },
    },
  },
  status: { availableReplicas: options.available ?? 1 },
});

const found = (
  change: Partial<Record<ExistingName, Workload[]>>,
): Record<ExistingName, Workload[]> => ({
  certManager: [],
  istio: [],
  ingressGateway: [],
  externalDNS: [],
  ...change,
});

const ours = (namespace: string, release: string) =>
  `${namespace}/${release}` === 'istio-system/istiod';

describe('existingComponents', () => {
  it.each<[string, Workload, string | undefined]>([
    [
      'the version in the tag of its image',
      deployment('mesh', 'istiod', {
        image: 'registry.example.com:5000/istio/pilot:1.29.1@sha256:0123',
      }),
      '1.29.1',
    ],
    [
      'the version without its v',
      deployment('mesh', 'istiod', { image: 'quay.io/x/y:v1.20.0' }),
      '1.20.0',
    ],
    [
      'no version where the image has none',
      deployment('mesh', 'istiod', {
        image: 'registry.example.com:5000/pilot',
      }),
      undefined,
    ],
  ])(
    'tells what was installed without Helm, and %s',
    (_, workload, version) => {
      expect(existingComponents(found({ istio: [workload] }), ours)).toEqual({
        istio: {
          namespace: 'mesh',
          name: 'istiod',
          version,
          serviceAccount: 'istiod-account',
          podLabels: { app: 'istiod' },
          ready: true,
        },
      });
    },
  );

  it.each<[string, Partial<Record<ExistingName, Workload[]>>]>([
    [
      'what a release of the platform made',
      {
        istio: [deployment('istio-system', 'istiod', { release: 'istiod' })],
      },
    ],
    [
      "another beside the platform's own",
      {
        istio: [
          deployment('istio-system', 'istiod', { release: 'istiod' }),
          deployment('mesh', 'istiod'),
        ],
      },
    ],
    [
      'what is being deleted',
      { istio: [deployment('mesh', 'istiod', { deleting: true })] },
    ],
    [
      'a gateway for purposes of its own',
      { ingressGateway: [deployment('edge', 'my-gateway')] },
    ],
  ])('does not tell of %s', (_, workloads) => {
    expect(existingComponents(found(workloads), ours)).toEqual({});
  });

  it("tells of another's Helm release, and of one whose pods are missing", () => {
    const workloads = [
      deployment('mesh', 'istiod', { release: 'istiod', available: 0 }),
    ];
    expect(
      existingComponents(found({ istio: workloads }), ours).istio,
    ).toMatchObject({ namespace: 'mesh', ready: false });
  });

  describe('of an ExternalDNS', () => {
    const externalDns = (...args: string[]) => {
      const workload = deployment('dns', 'external-dns');
      workload.spec!.template!.spec!.containers![0]!.args = args;
      return found({ externalDNS: [workload] });
    };
    const SOURCE = '--source=istio-gateway';

    it.each<[string, string[], string | undefined, boolean]>([
      ['tells where it keeps all zones', [SOURCE], 'example.com', true],
      [
        'tells where it keeps a zone around the one asked for',
        [SOURCE, '--domain-filter=example.com'],
        'apps.example.com',
        true,
      ],
      [
        'has one beside that keeps another zone',
        [SOURCE, '--domain-filter=example.net'],
        'example.com',
        false,
      ],
      [
        "has one beside that does not look at Istio's Gateways",
        ['--source=ingress'],
        'example.com',
        false,
      ],
      ['needs none where no zone is asked for', [SOURCE], undefined, false],
    ])('%s', (_, args, zone, expected) => {
      const existing = existingComponents(externalDns(...args), ours, zone);
      expect('externalDNS' in existing).toBe(expected);
    });
  });
});

describe('withExisting', () => {
  const platform: NetworkPlatform = {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'NetworkPlatform',
    metadata: { name: 'default' },
    spec: { components: { istio: { mtls: 'Permissive' } } },
  };
  const there = {
    namespace: 'mesh',
    name: 'istiod',
    version: '1.29.1',
    serviceAccount: 'istiod',
    podLabels: {},
    ready: true,
  };

  it('has what is ours follow to the place of what was there', () => {
    const existing = {
      istio: there,
      certManager: { ...there, namespace: 'certs' },
    };
    const releases = platformReleases(withExisting(platform, existing), {
      ...NO_FACTS,
      existing,
    });
    expect(
      releases.map(({ release, namespace, existing: other }) => [
        release,
        namespace,
        Boolean(other),
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['cert-manager', 'certs', true],
        ['istiod', 'mesh', true],
        ['istio-ingressgateway', 'mesh', false],
      ]),
    );
  });

  it('tells applications of it by the status', () => {
    const facts = platformFacts({
      ...platform,
      status: {
        components: [
          {
            name: 'istio',
            release: 'istio-ingressgateway',
            namespace: 'edge',
            chart: 'gateway',
            state: 'Existing',
            existing: true,
            serviceAccount: 'gateway-account',
          },
        ],
      },
    });
    expect(facts.ingressGateway).toMatchObject({
      namespace: 'edge',
      serviceAccount: 'gateway-account',
    });
  });
});
