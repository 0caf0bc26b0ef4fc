import { syncedInformer } from '../engine/testing/syncedInformer';
import type { Service } from './addresses';
import type { ExistingComponents } from './existing/existing';
import { ingressGatewayService } from './ingressGatewayService';

const SERVICE = { apiVersion: 'v1', kind: 'Service' };

const service = (
  name: string,
  selector: Record<string, string> | undefined,
  type = 'ClusterIP',
  namespace = 'edge',
): Service => ({
  ...SERVICE,
  metadata: { namespace, name },
  spec: { type, selector },
});

const THEIRS: ExistingComponents = {
  ingressGateway: {
    namespace: 'edge',
    name: 'istio-ingressgateway',
    version: undefined,
    serviceAccount: 'gateway-account',
    podLabels: { istio: 'ingressgateway', app: 'gateway' },
    ready: true,
  },
};

const nameOf = (services: Service[], existing: ExistingComponents) =>
  ingressGatewayService(
    { services: syncedInformer(SERVICE, services) },
    { components: { istio: { ingressGateway: { namespace: 'edge' } } } },
    existing,
  )?.metadata.name;

describe('ingressGatewayService', () => {
  it.each<[string, Service[], string | undefined]>([
    [
      'the one that selects its pods, whatever its name',
      [
        service('gateway-account', { app: 'other' }),
        service('public', { istio: 'ingressgateway' }),
      ],
      'public',
    ],
    [
      'of several the one for callers from outside',
      [
        service('internal', { app: 'gateway' }),
        service('public', { istio: 'ingressgateway' }, 'LoadBalancer'),
      ],
      'public',
    ],
    [
      'none where none selects them',
      [
        service('by-hand', undefined),
        service('public', { app: 'gateway' }, 'LoadBalancer', 'elsewhere'),
      ],
      undefined,
    ],
  ])('is, of a gateway that was there already, %s', (_, services, name) => {
    expect(nameOf(services, THEIRS)).toBe(name);
  });

  it("is, of the platform's own gateway, the one of its release", () => {
    const services = [
      service('a', { istio: 'ingressgateway' }, 'LoadBalancer'),
      service('istio-ingressgateway', { istio: 'ingressgateway' }),
    ];
    expect(nameOf(services, {})).toBe('istio-ingressgateway');
  });
});
