import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import type { Service } from './addresses';
import type { PlatformInformers } from './informers';
import { servicePorts, type ServicePort } from './servicePorts';

/** Pods that the API server calls, as a Service selects them, and on which port. */
export interface CalledPods {
  selector: Record<string, string>;
  podPort: ServicePort['podPort'];
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
    'webhookConfigurations' | 'apiServices' | 'services'
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
            calledPods(informers.services.get(namespace, name), port),
          );
        return [namespace, unique(called)] as const;
      })
      .filter(([, called]) => called.length > 0),
  );
}

function calledPods(service: Service | undefined, port: number): CalledPods[] {
  const selector = service?.spec?.selector;
  return service && selector
    ? servicePorts(service)
        .filter(other => other.port === port)
        .map(({ podPort }) => ({ selector, podPort }))
    : [];
}

/** Each once, in an order of its own: one Service often has many webhooks. */
function unique(called: CalledPods[]): CalledPods[] {
  const byText = new Map(called.map(pods => [JSON.stringify(pods), pods]));
  return [...byText.keys()].sort().flatMap(text => byText.get(text) ?? []);
}
