import type {
  AppNetwork,
  AppNetworkSpec,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { ReconcileOwnedResult } from '../engine/types';
import type { PlatformFacts } from '../platform/facts';
import type { Observation } from './conditions/observation';
import { render } from './render/render';
import type { Service } from './render/types';
import { appNetworkStatus, blockedStatus, deletingStatus } from './status';
import { DEFAULT_FACTS } from './testing/renderCases';

const NOW = new Date('2026-06-01T12:00:00Z');

const NOTHING_DONE: ReconcileOwnedResult = {
  observed: [],
  written: [],
  pruned: [],
  deleting: [],
  conflicts: [],
  failures: [],
};

const services: Service[] = [
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'shop', namespace: 'shop' },
    spec: {
      selector: { 'app.kubernetes.io/name': 'shop' },
      ports: [{ port: 8080 }],
    },
  },
];

function appNetwork(spec: AppNetworkSpec = {}): AppNetwork {
  return {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { name: 'shop', namespace: 'shop', generation: 3 },
    spec,
  };
}

interface Around {
  facts?: Partial<PlatformFacts>;
  /** Status of the Certificate; default: Ready. */
  certificate?: object;
  result?: Partial<ReconcileOwnedResult>;
  observed?: Partial<Observation>;
}

/** Its pods are there, and nobody else's. */
const NO_OTHERS = {
  selectsNothing: false,
  sharedPods: [],
  sharedHostnames: [],
};

function statusOf(spec: AppNetworkSpec, around: Around = {}) {
  const facts = { ...DEFAULT_FACTS, ...around.facts };
  const given = appNetwork(spec);
  const rendered = render(given, facts, { services });
  const observed = rendered.objects.map((object): KubernetesObject => {
    const status = around.certificate ?? ISSUED;
    return object.kind === 'Certificate'
      ? { ...object, ...{ status } }
      : object;
  });
  return appNetworkStatus({
    appNetwork: given,
    facts,
    rendered,
    result: { ...NOTHING_DONE, observed, ...around.result },
    ...NO_OTHERS,
    now: NOW,
    ...around.observed,
  });
}

const ISSUED = {
  notBefore: '2026-06-01T00:00:00Z',
  renewalTime: '2026-08-01T00:00:00Z',
  notAfter: '2026-09-01T00:00:00Z',
  conditions: [{ type: 'Ready', status: 'True', reason: 'Ready' }],
};

const withoutAddress: Partial<PlatformFacts> = {
  ingressGateway: {
    ...DEFAULT_FACTS.ingressGateway,
    addresses: [],
    problem: 'Service edge/gateway has no load balancer.',
  },
  dnsSuffix: undefined,
};

const hostnames = ['shop.example.com'];
const gatewayRef = {
  apiVersion: 'networking.istio.io/v1',
  kind: 'Gateway',
  namespace: 'shop',
  name: 'shop',
};
const certificateRef = {
  apiVersion: 'cert-manager.io/v1',
  kind: 'Certificate',
  namespace: 'istio-system',
  name: 'shop-shop-tls',
};

type Row = [
  title: string,
  spec: AppNetworkSpec,
  around: Around,
  /** type, status, reason, part of the message */
  expected: [string, string, string, string][],
];

describe('appNetworkStatus', () => {
  it.each<Row>([
    [
      'is Ready where everything is in place, and says where it is served',
      {},
      {},
      [
        [
          'Ready',
          'True',
          'Ready',
          'https://shop.shop.default.203.0.113.7.nip.io/',
        ],
        ['GatewayReady', 'True', 'Programmed', '1 route of shop.shop.default'],
        [
          'CertificateReady',
          'True',
          'Issued',
          'ClusterIssuer app-network-ca, valid until 2026-09-01',
        ],
        ['DNSReady', 'True', 'WildcardDNS', '203.0.113.7.nip.io'],
        ['PolicyReady', 'True', 'Applied', 'AuthorizationPolicy'],
      ],
    ],
    [
      'is Ready without a gateway where nothing is to be exposed',
      { expose: false },
      { facts: withoutAddress },
      [
        ['Ready', 'True', 'Ready', 'not exposed|spec.expose is false'],
        ['GatewayReady', 'True', 'NotExposed', 'spec.expose'],
        ['CertificateReady', 'True', 'NotExposed', 'spec.expose'],
        ['DNSReady', 'True', 'NotExposed', 'spec.expose'],
      ],
    ],
    [
      'waits for the address that a generated hostname is made of',
      {},
      { facts: withoutAddress },
      [
        [
          'Ready',
          'False',
          'WaitingForAddress',
          "from the ingress gateway's address",
        ],
        ['GatewayReady', 'False', 'WaitingForAddress', 'load balancer'],
        ['CertificateReady', 'Unknown', 'NoHostname', 'GatewayReady says why'],
        ['DNSReady', 'Unknown', 'NoHostname', 'GatewayReady says why'],
      ],
    ],
    [
      'waits for the address though the hostname is known',
      { hostnames },
      { facts: withoutAddress },
      [
        ['GatewayReady', 'False', 'WaitingForAddress', 'nobody can reach'],
        ['DNSReady', 'False', 'WaitingForAddress', 'no address yet'],
      ],
    ],
    [
      "tells the record that a hostname of the user's own needs, and is Ready without having seen it",
      { hostnames },
      {},
      [
        [
          'DNSReady',
          'Unknown',
          'NotManaged',
          'No record is made for shop.example.com. Make sure that there is an A record with 203.0.113.7',
        ],
        ['Ready', 'True', 'Ready', 'https://shop.example.com/'],
      ],
    ],
    [
      'tells an alias where the gateway is known by name',
      { hostnames },
      {
        facts: {
          ingressGateway: {
            ...DEFAULT_FACTS.ingressGateway,
            addresses: [{ type: 'Hostname', value: 'lb.example.net' }],
          },
        },
      },
      [
        [
          'DNSReady',
          'Unknown',
          'NotManaged',
          'a CNAME record with lb.example.net',
        ],
      ],
    ],
    [
      'leaves no name to ExternalDNS that is outside of its zone, nor one that only ends like it',
      { hostnames: ['shop.notexample.com'] },
      { facts: { dns: { mode: 'External', zone: 'example.com' } } },
      [['DNSReady', 'Unknown', 'NotManaged', 'shop.notexample.com']],
    ],
    [
      'says of a certificate what cert-manager says while it is issued',
      {},
      {
        certificate: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'DoesNotExist',
              message: 'Secret does not exist.',
            },
            {
              type: 'Issuing',
              status: 'True',
              reason: 'DoesNotExist',
              message: 'Issuing certificate as Secret does not exist.',
            },
          ],
        },
      },
      [
        [
          'CertificateReady',
          'False',
          'Issuing',
          'Certificate istio-system/shop-shop-tls is not ready: Issuing certificate as Secret does not exist.',
        ],
        ['Ready', 'False', 'Issuing', 'Issuing certificate'],
      ],
    ],
    [
      'carries up why a certificate could not be issued',
      {},
      {
        certificate: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'DoesNotExist',
              message: 'x',
            },
            {
              type: 'Issuing',
              status: 'False',
              reason: 'Failed',
              message: 'The issuer said no.',
            },
          ],
        },
      },
      [
        [
          'CertificateReady',
          'False',
          'Failed',
          'could not be issued by ClusterIssuer app-network-ca: The issuer said no.',
        ],
      ],
    ],
    [
      'names the field of the issuer that could not issue it',
      { tls: { issuerRef: { name: 'theirs' } } },
      {
        certificate: {
          conditions: [
            { type: 'Ready', status: 'False', reason: 'DoesNotExist' },
            {
              type: 'Issuing',
              status: 'False',
              reason: 'Failed',
              message: 'The issuer said no.',
            },
          ],
        },
      },
      [
        [
          'CertificateReady',
          'False',
          'Failed',
          'could not be issued by ClusterIssuer theirs \\(spec\\.tls\\.issuerRef\\.name\\): The issuer said no.',
        ],
      ],
    ],
    [
      'says that the issuer is not ready, while the gateway goes on',
      { tls: { issuerRef: { name: 'theirs' } } },
      {
        certificate: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              reason: 'DoesNotExist',
              message: 'Issuing certificate as Secret does not exist',
            },
            { type: 'Issuing', status: 'True', reason: 'DoesNotExist' },
          ],
        },
        observed: {
          issuanceCause:
            'CertificateRequest istio-system/shop-shop-tls-1: Referenced issuer does not have a Ready status condition.',
        },
      },
      [
        [
          'CertificateReady',
          'False',
          'Issuing',
          '^Certificate istio-system/shop-shop-tls is not ready: .* does not have a Ready status condition\\. It is asked of ClusterIssuer theirs \\(spec\\.tls\\.issuerRef\\.name\\); .* whether that issuer is there and ready',
        ],
        ['GatewayReady', 'True', 'Programmed', ''],
      ],
    ],
    [
      'says that nobody looks at the certificate',
      {},
      { certificate: {} },
      [
        ['CertificateReady', 'Unknown', 'Pending', 'whether cert-manager runs'],
        ['Ready', 'Unknown', 'Pending', 'cert-manager'],
      ],
    ],
    [
      'needs no certificate where TLS is passed through',
      { hostnames, tls: { mode: 'Passthrough' } },
      {},
      [['CertificateReady', 'True', 'Passthrough', 'its own certificate']],
    ],
    [
      'names the owner of an object that is in the way',
      {},
      { result: { conflicts: [{ ref: gatewayRef, owner: 'other.shop' }] } },
      [
        [
          'GatewayReady',
          'False',
          'NameTaken',
          'Gateway shop/shop is there already and belongs to other.shop',
        ],
        ['PolicyReady', 'True', 'Applied', ''],
      ],
    ],
    [
      'says of the filter of routes that its name is taken where it speaks of routes',
      {},
      {
        result: {
          conflicts: [
            {
              ref: {
                apiVersion: 'networking.istio.io/v1alpha3',
                kind: 'EnvoyFilter',
                namespace: 'istio-system',
                name: 'shop-shop-sessions',
              },
              owner: undefined,
            },
          ],
        },
      },
      [
        ['GatewayReady', 'False', 'NameTaken', 'shop-shop-sessions'],
        ['PolicyReady', 'True', 'Applied', ''],
      ],
    ],
    [
      'says which product brings the kinds that are missing',
      {},
      {
        result: {
          failures: [
            { ref: gatewayRef, message: 'no kind', kindMissing: true },
            { ref: certificateRef, message: 'no kind', kindMissing: true },
          ],
        },
      },
      [
        [
          'GatewayReady',
          'False',
          'IstioMissing',
          'Istio is not installed on this cluster: it has no kind Gateway of networking.istio.io/v1',
        ],
        [
          'CertificateReady',
          'False',
          'CertManagerMissing',
          'cert-manager is not installed on this cluster',
        ],
      ],
    ],
    [
      'tells what the API server has against an object',
      {},
      {
        result: {
          failures: [
            { ref: gatewayRef, message: 'denied by quota', kindMissing: false },
          ],
        },
      },
      [['GatewayReady', 'False', 'WriteFailed', 'denied by quota']],
    ],
    [
      'tells every problem of a part, the first one as the reason',
      {
        hostnames,
        rules: [
          {
            matches: [{ path: { value: '/a' } }],
            backendRefs: [{ name: 'gone' }],
          },
          { backendRefs: [{ name: 'shop', port: 1 }] },
        ],
      },
      {},
      [
        [
          'GatewayReady',
          'False',
          'BackendNotFound',
          'spec.rules\\[0\\].*spec.rules\\[1\\]',
        ],
        ['CertificateReady', 'True', 'Issued', ''],
      ],
    ],
    [
      'says what is left of policies outside the mesh',
      { mesh: { enabled: false } },
      {},
      [['PolicyReady', 'True', 'NetworkPolicyOnly', 'spec.mesh.enabled']],
    ],
    [
      'says that it selects no pods, and how to correct that',
      { selector: { matchLabels: { tier: 'web', app: 'cart' } } },
      { observed: { selectsNothing: true } },
      [
        [
          'PolicyReady',
          'False',
          'NoPods',
          '^spec.selector: namespace shop has no pods with labels app=cart, tier=web,',
        ],
        ['Ready', 'False', 'BackendNotFound', ''],
      ],
    ],
    [
      'says who selects the same pods, though that is no fault',
      {},
      {
        observed: {
          sharedPods: [{ workload: 'Deployment shop/web', appNetwork: 'cart' }],
        },
      },
      [
        [
          'PolicyReady',
          'True',
          'PodsShared',
          'the pods of Deployment shop/web are selected by AppNetwork cart too: whoever one of them lets in may call them',
        ],
        ['Ready', 'True', 'Ready', ''],
      ],
    ],
    [
      'says that it is in a namespace of the platform',
      {},
      { facts: { namespaces: ['shop'] } },
      [
        ['GatewayReady', 'False', 'ReservedNamespace', '^metadata.namespace'],
        ['PolicyReady', 'False', 'ReservedNamespace', '^metadata.namespace'],
        ['CertificateReady', 'Unknown', 'NoHostname', ''],
      ],
    ],
    [
      'says that everybody may call where there is no policy at all',
      { mesh: { enabled: false }, networkPolicy: { enabled: false } },
      {},
      [['PolicyReady', 'True', 'NoPolicy', 'everybody in the cluster']],
    ],
    [
      'says that calls leave through the egress gateway',
      { egress: [{ host: 'api.stripe.com' }] },
      {},
      [
        [
          'PolicyReady',
          'True',
          'Applied',
          'Calls to api.stripe.com:443 leave through the egress gateway',
        ],
      ],
    ],
    [
      'says that calls leave straight from the pods where there is no egress gateway, and what the NetworkPolicy lets out',
      { egress: [{ host: 'api.stripe.com' }] },
      { facts: { ...DEFAULT_FACTS, egressGateway: undefined } },
      [
        [
          'PolicyReady',
          'True',
          'Applied',
          'the platform has no egress gateway\\. .* every address at port 443',
        ],
      ],
    ],
    [
      'says that calls of pods outside the mesh leave straight from them',
      {
        egress: [{ host: 'api.stripe.com' }],
        mesh: { enabled: false },
        networkPolicy: { enabled: false },
      },
      {},
      [
        [
          'PolicyReady',
          'True',
          'NoPolicy',
          'straight from the pods, for pods outside the mesh have no proxy that .* the egress gateway\\.$',
        ],
      ],
    ],
    [
      'tells a name for egress that is taken by the condition of policies, not by the one of the ingress gateway',
      { egress: [{ host: 'api.stripe.com' }] },
      {
        result: {
          conflicts: [
            {
              ref: { ...gatewayRef, name: 'shop.egress.gateway' },
              owner: undefined,
            },
          ],
        },
      },
      [
        ['GatewayReady', 'True', 'Programmed', ''],
        ['PolicyReady', 'False', 'NameTaken', 'shop.egress.gateway'],
      ],
    ],
  ])('%s', (_title, spec, around, expected) => {
    const { conditions = [] } = statusOf(spec, around);
    for (const [type, status, reason, message] of expected) {
      const condition = conditions.find(candidate => candidate.type === type);
      expect(condition).toMatchObject({
        status,
        reason,
        observedGeneration: 3,
      });
      expect(condition?.message).toMatch(new RegExp(message));
    }
    expect(conditions.map(({ type }) => type)).toEqual([
      'Ready',
      'GatewayReady',
      'CertificateReady',
      'DNSReady',
      'PolicyReady',
    ]);
  });

  it('tells hostnames, addresses, URLs and the certificate', () => {
    expect(
      statusOf({ hostnames: ['shop.example.com', '*.shop.example.com'] }),
    ).toMatchObject({
      observedGeneration: 3,
      hostnames: ['*.shop.example.com', 'shop.example.com'],
      addresses: [{ type: 'IPAddress', value: '203.0.113.7' }],
      urls: ['https://shop.example.com/'],
      certificate: {
        secretName: 'shop-shop-tls',
        issuer: 'app-network-ca',
        notBefore: '2026-06-01T00:00:00Z',
        notAfter: '2026-09-01T00:00:00Z',
        renewalTime: '2026-08-01T00:00:00Z',
      },
    });
  });

  it('does not take a certificate for ready that is of an older spec', () => {
    const rendered = render(appNetwork(), DEFAULT_FACTS, { services });
    const observed = rendered.objects.map(object =>
      object.kind === 'Certificate'
        ? {
            ...object,
            metadata: { ...object.metadata, generation: 2 },
            ...{
              status: {
                conditions: [
                  {
                    type: 'Ready',
                    status: 'True',
                    observedGeneration: 1,
                    message: 'Certificate is up to date.',
                  },
                ],
              },
            },
          }
        : object,
    );
    const { conditions } = appNetworkStatus({
      appNetwork: appNetwork(),
      facts: DEFAULT_FACTS,
      rendered,
      result: { ...NOTHING_DONE, observed },
      ...NO_OTHERS,
      now: NOW,
    });
    expect(
      conditions?.find(({ type }) => type === 'CertificateReady')?.status,
    ).toBe('False');
  });

  it("says that a certificate of the user's own has expired, or is not valid yet", () => {
    const given = appNetwork({
      hostnames,
      tls: { certificateRef: { name: 'my-cert' } },
    });
    const rendered = {
      ...render(given, DEFAULT_FACTS, { services }),
      problems: [],
    };
    const conditions = (notAfter: string, notBefore?: string) =>
      appNetworkStatus({
        appNetwork: given,
        facts: DEFAULT_FACTS,
        rendered: {
          ...rendered,
          certificate: { secretName: 'shop-shop-tls', notBefore, notAfter },
        },
        result: NOTHING_DONE,
        ...NO_OTHERS,
        now: NOW,
      }).conditions?.find(({ type }) => type === 'CertificateReady');
    expect(conditions('2026-06-01T12:00:00Z')).toMatchObject({
      status: 'False',
      reason: 'Expired',
      message:
        'spec.tls.certificateRef.name: The certificate in Secret my-cert of namespace shop expired at 2026-06-01T12:00:00Z. Put a new one into the Secret.',
    });
    expect(
      conditions('2026-06-01T12:00:01Z', '2026-06-01T12:00:00Z'),
    ).toMatchObject({ status: 'True', reason: 'Provided' });
    expect(
      conditions('2027-06-01T12:00:01Z', '2026-06-01T12:00:01Z'),
    ).toMatchObject({
      status: 'False',
      reason: 'NotYetValid',
      message:
        'spec.tls.certificateRef.name: The certificate in Secret my-cert of namespace shop is not valid before 2026-06-01T12:00:01Z, so that clients refuse it until then. Put one into the Secret that is valid now.',
    });
  });
});

describe('blockedStatus', () => {
  it('keeps what is known, and says what is missing in every condition', () => {
    const before = { ...appNetwork(), status: { hostnames } };
    const status = blockedStatus(
      before,
      'PlatformMissing',
      'No platform.',
      NOW,
    );
    expect(status.hostnames).toEqual(hostnames);
    expect(
      status.conditions?.map(({ type, status: is, reason }) => [
        type,
        is,
        reason,
      ]),
    ).toEqual([
      ['Ready', 'False', 'PlatformMissing'],
      ['GatewayReady', 'Unknown', 'PlatformMissing'],
      ['CertificateReady', 'Unknown', 'PlatformMissing'],
      ['DNSReady', 'Unknown', 'PlatformMissing'],
      ['PolicyReady', 'Unknown', 'PlatformMissing'],
    ]);
  });
});

describe('deletingStatus', () => {
  it('says what is waited for, and what went wrong', () => {
    const { conditions } = deletingStatus(
      appNetwork(),
      {
        ...NOTHING_DONE,
        deleting: [gatewayRef],
        failures: [
          { ref: certificateRef, message: 'not allowed', kindMissing: false },
        ],
      },
      NOW,
    );
    expect(conditions).toEqual([
      {
        type: 'Ready',
        status: 'False',
        reason: 'DeletionFailed',
        message: 'Waiting for the end of Gateway shop/shop. not allowed',
        observedGeneration: 3,
        lastTransitionTime: '2026-06-01T12:00:00Z',
      },
    ]);
  });
});

describe('The status of an AppNetwork on a hostname that another one holds', () => {
  const spec = {
    hostnames,
    rules: [
      { matches: [{ path: { value: '/cart/' } }, { method: 'POST' as const }] },
    ],
  };
  const certificate = { secretName: 'shop-first-tls', issuer: 'x' };
  const together = {
    hostname: 'shop.example.com',
    heldBy: 'first',
    appNetworks: ['first', 'shop'],
  };

  function holder(
    status: AppNetwork['status'],
    changes: AppNetworkSpec = {},
  ): AppNetwork {
    const given = appNetwork({ hostnames, ...changes });
    return { ...given, metadata: { ...given.metadata, name: 'first' }, status };
  }

  function sharedStatus(first: AppNetwork, own: AppNetworkSpec = spec) {
    const given = appNetwork(own);
    const sharedHostnames = [
      {
        hostname: 'shop.example.com',
        members: [{ appNetwork: first }, { appNetwork: given }],
      },
    ];
    const rendered = render(given, DEFAULT_FACTS, {
      services,
      sharedHostnames,
    });
    const status = appNetworkStatus({
      appNetwork: given,
      facts: DEFAULT_FACTS,
      rendered,
      result: { ...NOTHING_DONE, observed: rendered.objects },
      ...NO_OTHERS,
      sharedHostnames,
      now: NOW,
    });
    return {
      ...status,
      of: (wanted: string) =>
        status.conditions?.find(({ type }) => type === wanted),
    };
  }

  const issued = {
    type: 'CertificateReady',
    status: 'True' as const,
    reason: 'Issued',
    message: 'Issued by x.',
    lastTransitionTime: '',
  };

  it('waits for its routes to be at the Gateway of that one, and says why they are not', () => {
    const taken = {
      ...issued,
      type: 'GatewayReady',
      status: 'False' as const,
      message: 'Gateway shop/first is there already.',
    };
    const waiting = sharedStatus(holder({ hostnames, conditions: [taken] }));
    expect(waiting.of('GatewayReady')).toMatchObject({
      status: 'False',
      reason: 'WaitingForAppNetwork',
      message:
        'AppNetwork first in namespace shop holds shop.example.com, and has no routes to this one there yet: Gateway shop/first is there already.',
    });
    const served = sharedStatus(
      holder({ hostnames, sharedHostnames: [together] }),
    );
    expect(served.of('GatewayReady')).toMatchObject({
      status: 'True',
      message: expect.stringContaining(
        'shop.example.com is served together with AppNetwork first; first has its Gateway, VirtualService and certificate.',
      ),
    });
  });

  it('has the certificate of that one, and what is said of it', () => {
    const { of, ...status } = sharedStatus(
      holder({
        hostnames,
        sharedHostnames: [together],
        certificate,
        conditions: [issued],
      }),
    );
    expect(status.certificate).toEqual(certificate);
    expect(of('CertificateReady')).toMatchObject({
      status: 'True',
      reason: 'Issued',
      message:
        'shop.example.com has the certificate of AppNetwork first in namespace shop: Issued by x.',
    });
    expect(
      sharedStatus(holder({ hostnames })).of('CertificateReady'),
    ).toMatchObject({ status: 'Unknown', reason: 'Pending' });
  });

  it('counts a certificate of its own as well, where it has other hostnames', () => {
    const both = sharedStatus(
      holder({ hostnames, conditions: [issued], certificate }),
      { ...spec, hostnames: ['own.example.com', ...hostnames] },
    );
    expect(both.of('CertificateReady')).toMatchObject({
      status: 'Unknown',
      message: expect.stringContaining('cert-manager has not seen'),
    });
    expect(both.certificate?.secretName).toBe('shop-shop-tls');
  });

  it('names the address at which it begins', () => {
    expect(sharedStatus(holder({ hostnames })).urls).toEqual([
      'https://shop.example.com/cart',
    ]);
    expect(sharedStatus(holder({ hostnames }), { hostnames }).urls).toEqual([
      'https://shop.example.com/',
    ]);
  });
});

it("tells nobody that another's routes are in place while the VirtualService could not be written", () => {
  const given = appNetwork({ hostnames });
  const other = appNetwork({ hostnames });
  const cart = { ...other, metadata: { ...other.metadata, name: 'cart' } };
  const sharedHostnames = [
    {
      hostname: 'shop.example.com',
      members: [{ appNetwork: given }, { appNetwork: cart }],
    },
  ];
  const rendered = render(given, DEFAULT_FACTS, { services, sharedHostnames });
  const membersWith = (failures: ReconcileOwnedResult['failures']) =>
    appNetworkStatus({
      appNetwork: given,
      facts: DEFAULT_FACTS,
      rendered,
      result: { ...NOTHING_DONE, observed: rendered.objects, failures },
      ...NO_OTHERS,
      sharedHostnames,
      now: NOW,
    }).sharedHostnames?.[0]?.appNetworks;
  const ref = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'VirtualService',
    namespace: 'shop',
    name: 'shop',
  };
  expect(membersWith([])).toEqual(['shop', 'cart']);
  expect(membersWith([{ ref, message: 'no', kindMissing: false }])).toEqual([
    'shop',
  ]);
});
