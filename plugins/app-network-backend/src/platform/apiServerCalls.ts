import type {
  KubernetesObject,
  SystemComponent,
} from '@app-network/backstage-plugin-app-network-common';
import { mayMeet } from '../application/render/selector';
import type { Service } from './addresses';
import type { ClusterFacts } from './clusterFacts';
import type { PlatformInformers } from './informers';
import { servicePorts, type ServicePort } from './servicePorts';
import { isPartOf } from './systemComponents/meshMembership';
import type { Workload } from './workloads';

/** Pods that the API server calls, as a Service selects them, and on which port. */
export interface CalledPods {
  selector: Record<string, string>;
  podPort: ServicePort['podPort'];
  /** The port as a number; several where pods have it by name and differ. Empty while no workload is known that has it. */
  numbers: number[];
}

/** How webhooks and parts of the API name a Service (admissionregistration.k8s.io/v1, apiregistration.k8s.io/v1). */
interface ServiceReference {
  namespace: string;
  name: string;
  /** Default: 443. */
  port?: number;
}

/** What is read of a ValidatingWebhookConfiguration and of a MutatingWebhookConfiguration. */
export interface WebhookConfiguration extends KubernetesObject {
  webhooks?: { clientConfig?: { service?: ServiceReference } }[];
}

/** What is read of an APIService, a part of the API that a Service serves. */
export interface ApiService extends KubernetesObject {
  spec?: { service?: ServiceReference };
}

/** The pods of some namespaces that the API server calls: they serve webhooks or a part of the API. */
export function apiServerCalls(
  informers: Pick<
    PlatformInformers,
    'webhookConfigurations' | 'apiServices' | 'services' | 'allWorkloads'
  >,
  namespaces: ReadonlySet<string>,
): Record<string, CalledPods[]> {
  const references = [
    ...informers.webhookConfigurations
      .flatMap(informer => informer.list())
      .flatMap(({ webhooks = [] }) =>
        webhooks.map(({ clientConfig }) => clientConfig?.service),
      ),
    ...informers.apiServices.list().map(({ spec }) => spec?.service),
  ].filter(reference => reference !== undefined);
  return Object.fromEntries(
    [...namespaces]
      .map(namespace => {
        const called = references
          .filter(reference => reference.namespace === namespace)
          .flatMap(({ name, port = 443 }) =>
            calledPods(
              informers.services.get(namespace, name),
              port,
              informers.allWorkloads.flatMap(informer =>
                informer.list(namespace),
              ),
            ),
          );
        return [namespace, unique(called)] as const;
      })
      .filter(([, called]) => called.length > 0),
  );
}

/** Those of the calls that go to pods of a system component, or may. */
export function callsTo(
  { namespace, selector }: SystemComponent,
  { apiServerCalls: calls }: Pick<ClusterFacts, 'apiServerCalls'>,
): CalledPods[] {
  return (calls[namespace] ?? []).filter(called =>
    mayMeet(called.selector, selector?.matchLabels ?? {}),
  );
}

function calledPods(
  service: Service | undefined,
  port: number,
  workloads: readonly Workload[],
): CalledPods[] {
  const selector = service?.spec?.selector;
  return service && selector
    ? servicePorts(service)
        .filter(other => other.port === port)
        .map(({ podPort }) => ({
          selector,
          podPort,
          numbers: numbersOf(
            podPort.port,
            workloads.filter(workload =>
              isPartOf(workload, {
                namespace: service.metadata.namespace ?? '',
                selector: { matchLabels: selector },
              }),
            ),
          ),
        }))
    : [];
}

/** The numbers of a port of pods, which a Service may name instead (Kubernetes, Service, `targetPort`). */
function numbersOf(
  port: number | string,
  workloads: readonly Workload[],
): number[] {
  if (typeof port === 'number') {
    return [port];
  }
  const numbers = workloads
    .flatMap(({ spec }) => spec?.template?.spec?.containers ?? [])
    .flatMap(({ ports = [] }) => ports)
    .filter(({ name }) => name === port)
    .map(({ containerPort }) => containerPort);
  return [...new Set(numbers)].sort((one, other) => one - other);
}

/** Each once, in an order of its own: one Service often has many webhooks. */
function unique(called: CalledPods[]): CalledPods[] {
  const byText = new Map(called.map(pods => [JSON.stringify(pods), pods]));
  return [...byText.keys()].sort().flatMap(text => byText.get(text) ?? []);
}
