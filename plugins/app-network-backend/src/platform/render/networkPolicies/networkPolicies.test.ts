import {
  API_VERSION,
  type NetworkPlatformSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { NO_FACTS, type ClusterFacts } from '../../clusterFacts';
import { platformReleases } from '../../components/platformReleases';
import { renderNetworkPolicies } from './networkPolicies';
import type { IngressRule, NetworkPolicy } from './types';

const render = (
  spec: NetworkPlatformSpec,
  facts: Partial<ClusterFacts> = {},
) => {
  const all = { ...NO_FACTS, ...facts };
  const releases = platformReleases(
    {
      apiVersion: API_VERSION,
      kind: 'NetworkPlatform',
      metadata: { name: 'default' },
      spec,
    },
    all,
  );
  return renderNetworkPolicies(spec, releases, all);
};

const ingressOf = (
  rendered: ReturnType<typeof render>,
  name: string,
): IngressRule[] | undefined =>
  (
    rendered.find(({ object }) => object.metadata.name === name)?.object as
      | NetworkPolicy
      | undefined
  )?.spec.ingress;

const tcp = (...ports: (number | string)[]) =>
  ports.map(port => ({ protocol: 'TCP', port }));

const prometheus = {
  name: 'prometheus',
  namespace: 'monitoring',
  selector: { matchLabels: { app: 'prometheus' } },
};

describe('renderNetworkPolicies', () => {
  it('makes one for each component that is installed, when that is there', () => {
    expect(
      render({ profile: 'production' }).map(
        ({ object: { metadata }, needs }) =>
          `${metadata.namespace}/${metadata.name} needs ${needs}`,
      ),
    ).toEqual([
      'cert-manager/app-network-cert-manager needs cert-manager',
      'cert-manager/app-network-cert-manager-webhook needs cert-manager',
      'cert-manager/app-network-cert-manager-cainjector needs cert-manager',
      'istio-system/app-network-istiod needs istiod',
      'istio-system/app-network-istio-ingressgateway needs istio-ingressgateway',
      'istio-system/app-network-istio-egressgateway needs istio-egressgateway',
      'nginx-ingress/app-network-ingress-nginx needs nginx-ingress',
    ]);
  });

  it('makes none for what is not installed, or was there already', () => {
    const rendered = render(
      {
        ingressController: 'traefik',
        components: { istio: { enabled: false } },
      },
      {
        existing: {
          certManager: {
            namespace: 'cert-manager',
            name: 'cert-manager',
            version: '',
          } as ClusterFacts['existing']['certManager'],
        },
      },
    );
    expect(rendered).toEqual([]);
  });

  it('opens the ports that a gateway’s Service leads to', () => {
    const facts = {
      releasePorts: { 'istio-ingressgateway': tcp(8443, 'amqp') },
    };
    expect(
      ingressOf(render({}, facts), 'app-network-istio-ingressgateway'),
    ).toContainEqual({ ports: tcp(8443, 'amqp') });
    expect(
      ingressOf(render({}), 'app-network-istio-ingressgateway'),
    ).toContainEqual({ ports: tcp(80, 443) });
  });

  it('follows ports that the chart’s values change', () => {
    const spec: NetworkPlatformSpec = {
      components: {
        certManager: { values: { webhook: { securePort: 10260 } } },
        ingressNginx: { values: { prometheus: { port: 9999 } } },
      },
      systemComponents: [{ ...prometheus, scraper: true }],
    };
    const rendered = render(spec);
    expect(
      ingressOf(rendered, 'app-network-cert-manager-webhook')?.[0],
    ).toEqual({ ports: tcp(10260) });
    expect(ingressOf(rendered, 'app-network-ingress-nginx')?.[1]).toMatchObject(
      { ports: tcp(9999) },
    );
  });

  it.each<[string, NetworkPlatformSpec, IngressRule['from']]>([
    [
      "NGINX's pods",
      { ingressController: 'nginx' },
      [
        {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'nginx-ingress' },
          },
          podSelector: {
            matchLabels: { 'app.kubernetes.io/instance': 'nginx-ingress' },
          },
        },
      ],
    ],
    [
      "the ingress gateway's pods",
      { ingressController: 'istio' },
      [
        {
          namespaceSelector: {
            matchLabels: { 'kubernetes.io/metadata.name': 'istio-system' },
          },
          podSelector: {
            matchLabels: {
              'app.kubernetes.io/instance': 'istio-ingressgateway',
            },
          },
        },
      ],
    ],
    [
      'everybody, where an existing class serves it',
      { ingressController: 'traefik' },
      undefined,
    ],
  ])('lets %s call a system component with ingress', (_, spec, from) => {
    const rendered = render(
      {
        ...spec,
        systemComponents: [
          { ...prometheus, ingress: { service: 'prometheus', port: 80 } },
        ],
      },
      {
        systemServices: {
          'monitoring/prometheus': [{ port: 80, podPort: tcp('web')[0] }],
        },
      },
    );
    expect(ingressOf(rendered, 'app-network-system-prometheus')?.[1]).toEqual({
      ...(from ? { from } : {}),
      ports: tcp('web'),
    });
  });

  it('lets the API server call the webhooks of a system component, and not those of its neighbour', () => {
    const apiServerCalls: ClusterFacts['apiServerCalls'] = {
      monitoring: [
        {
          selector: { app: 'operator' },
          podPort: tcp(10250)[0],
          numbers: [10250],
        },
        {
          selector: { app: 'prometheus', tier: 'api' },
          podPort: tcp(6443)[0],
          numbers: [6443],
        },
      ],
    };
    const rendered = render(
      { systemComponents: [prometheus] },
      { apiServerCalls },
    );
    expect(ingressOf(rendered, 'app-network-system-prometheus')).toEqual([
      { from: [{ podSelector: { matchLabels: { app: 'prometheus' } } }] },
      { ports: tcp(6443) },
    ]);
  });
});
