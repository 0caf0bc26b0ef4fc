import type {
  KubernetesObject,
  NetworkPlatformSpec,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import type { ReconcileOwnedResult } from '../../engine/types';
import { NO_FACTS, type ClusterFacts } from '../clusterFacts';
import { ingressPart } from './ingressStatus';

const entry: SystemComponent = {
  name: 'prometheus',
  namespace: 'monitoring',
  ingress: { service: 'prometheus', port: 9090 },
};

const FIELD = 'spec.systemComponents monitoring/prometheus: ingress';

const facts: ClusterFacts = {
  ...NO_FACTS,
  systemServices: {
    'monitoring/prometheus': [
      { port: 9090, podPort: { protocol: 'TCP', port: 9090 } },
    ],
  },
};

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { namespace: 'monitoring', name: 'prometheus' },
  status: { loadBalancer: { ingress: [{ ip: '203.0.113.8' }] } },
} as KubernetesObject;

const certificate = (status: 'True' | 'False', message = '') =>
  ({
    apiVersion: 'cert-manager.io/v1',
    kind: 'Certificate',
    metadata: {
      namespace: 'monitoring',
      name: 'system.monitoring.prometheus-tls',
    },
    status: { conditions: [{ type: 'Ready', status, message }] },
  } as KubernetesObject);

const SERVED = [ingress, certificate('True')];

interface Case {
  component?: Partial<SystemComponent>;
  spec?: NetworkPlatformSpec;
  facts?: Partial<ClusterFacts>;
  owned?: Partial<ReconcileOwnedResult>;
}

function part({ component, spec = {}, facts: changed, owned }: Case) {
  return ingressPart(
    {
      component: { ...entry, ...component },
      workloads: [],
      mesh: 'Ready',
      asksForMesh: Boolean(component?.mesh),
    },
    'prometheus.default.203.0.113.8.nip.io',
    spec,
    { ...facts, ...changed },
    {
      observed: SERVED,
      written: [],
      pruned: [],
      deleting: [],
      conflicts: [],
      failures: [],
      ...owned,
    },
  );
}

describe('a system component and its Ingress', () => {
  it.each<[string, Case, string, string]>([
    [
      'is served when its controller has taken it and its certificate is there',
      {},
      'Ready',
      '',
    ],
    [
      'that asks for none is served by nobody',
      { component: { ingress: undefined }, owned: { observed: [] } },
      'Ready',
      '',
    ],
    [
      'is told of one before it that has the same name, and so the hostname',
      {
        spec: {
          systemComponents: [
            { ...entry, namespace: 'observability' },
            { ...entry, namespace: 'monitoring' },
          ],
        },
      },
      'Failed',
      "spec.systemComponents monitoring/prometheus: observability/prometheus is served at the hostname that is made from this name, prometheus.default and the platform's suffix. Call one of them otherwise, or leave out its ingress.",
    ],
    [
      'has its hostname where it comes before another of its name',
      {
        spec: {
          systemComponents: [
            { ...entry, namespace: 'observability', ingress: undefined },
            { ...entry, namespace: 'monitoring' },
            { ...entry, namespace: 'other' },
          ],
        },
      },
      'Ready',
      '',
    ],
    [
      'is told of a Service that is not there',
      { facts: { systemServices: {} } },
      'Failed',
      `${FIELD}.service: namespace monitoring has no Service prometheus. Create it, or correct the name.`,
    ],
    [
      'is told of a port that its Service does not have',
      { component: { ingress: { service: 'prometheus', port: 80 } } },
      'Failed',
      `${FIELD}.port: Service monitoring/prometheus has no port 80; it has 9090.`,
    ],
    [
      'in the mesh is told that NGINX can not call a headless Service',
      {
        component: { mesh: true },
        facts: { headlessServices: ['monitoring/prometheus'] },
      },
      'Failed',
      `${FIELD}.service: Service monitoring/prometheus is headless (clusterIP None), and NGINX reaches pods in the mesh at a Service's own address alone. Name another Service of the same pods, or say mesh: false.`,
    ],
    [
      'in the mesh may have a headless Service behind the gateway of Istio',
      {
        component: { mesh: true },
        spec: { ingressController: 'istio' },
        facts: { headlessServices: ['monitoring/prometheus'] },
        owned: {
          observed: [
            ingress,
            {
              ...certificate('True'),
              metadata: {
                namespace: 'istio-system',
                name: 'system.monitoring.prometheus-tls',
              },
            },
          ],
        },
      },
      'Ready',
      '',
    ],
    [
      'is told of a class that the cluster does not have',
      { spec: { ingressController: 'traefik' } },
      'Failed',
      'spec.ingressController: the cluster has no IngressClass traefik. Choose nginx or istio, or the name of a class that is there (kubectl get ingressclass).',
    ],
    [
      'is told that somebody else has its name',
      {
        owned: {
          conflicts: [
            {
              ref: {
                apiVersion: 'networking.istio.io/v1',
                kind: 'VirtualService',
                namespace: 'monitoring',
                name: 'system-prometheus',
              },
              owner: undefined,
            },
          ],
        },
      },
      'Failed',
      'VirtualService monitoring/system-prometheus belongs to somebody else and is left alone: remove it, or call the system component otherwise.',
    ],
    [
      'has nothing to do with the same name in another namespace',
      {
        owned: {
          conflicts: [
            {
              ref: {
                apiVersion: 'networking.k8s.io/v1',
                kind: 'Ingress',
                namespace: 'shop',
                name: 'prometheus',
              },
              owner: undefined,
            },
          ],
        },
      },
      'Ready',
      '',
    ],
    [
      'waits for its controller',
      { owned: { observed: [{ ...ingress, status: {} } as KubernetesObject] } },
      'Progressing',
      "The ingress controller of class nginx has not taken its Ingress yet. Where that lasts, see the controller's own log, and whether it has an address.",
    ],
    [
      'waits for its certificate, and says what that waits for',
      { owned: { observed: [ingress, certificate('False', 'Issuing.')] } },
      'Progressing',
      'Its certificate from ClusterIssuer app-network-ca is not there yet: Issuing.',
    ],
    [
      'is not served while none of its pods is ready',
      { facts: { unreadyServices: ['monitoring/prometheus'] } },
      'Progressing',
      'None of the pods behind Service monitoring/prometheus is ready, so that nobody answers. Where that lasts, see kubectl describe pod.',
    ],
  ])('%s', (_, given, state, message) => {
    expect(part(given)).toEqual({ state, message });
  });
});
