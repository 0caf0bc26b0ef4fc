import type {
  AppNetworkSpec,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IGateway } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/Gateway';
import type { IHTTPRouteSpec } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRouteSpec';
import { tlsOfSecret } from './certificates';
import { dnsOfAnnotations } from './externalDns';
import { isFor } from './gateway';
import { listRest } from './listRest';
import { findObject, GATEWAY_API_GATEWAY } from './lookup';
import { importRule, type HttpRouteObject } from './httpRouteRule';
import { listOrderChanges } from './orderChanges';
import type { ImportContext, ImportedHost, ImportedRule } from './types';

type GatewayObject = KubernetesObject & { spec?: Partial<IGateway['spec']> };

/** The hostnames of an HTTPRoute of Gateway API at the Gateways that it names. */
export function importHttpRoute(
  context: ImportContext,
  route: HttpRouteObject,
): ImportedHost[] {
  const { parentRefs = [], hostnames = [], rules = [] } = route.spec ?? {};
  const note = (field: string, value: unknown, reason: string) =>
    context.note(route, field, value, reason);
  listRest(context, route, 'spec', route.spec, [
    ...['parentRefs', 'hostnames', 'rules'],
  ]);
  const gateways = parentRefs.filter(
    ({ kind = 'Gateway' }) => kind === 'Gateway',
  );
  parentRefs.forEach((parent, index) =>
    note(
      `spec.parentRefs[${index}]`,
      parent,
      gateways.includes(parent)
        ? "The platform's ingress gateway serves an AppNetwork: the hostnames have to lead to its address."
        : 'Routes are for requests from outside. Callers in the mesh reach the Service itself.',
    ),
  );
  if (parentRefs.length > 0 && gateways.length === 0) {
    return [];
  }
  const written = rules.map((rule, index) =>
    importRule(context, route, rule, `spec.rules[${index}]`),
  );
  const placed = written
    .flatMap(({ rules: imported }) => imported)
    .sort((one, other) => precedence(one.rule.match, other.rule.match));
  listOrderChanges(context, route, placed);
  // What is left of a route that only redirects to HTTPS.
  if (placed.length === 0) {
    return [];
  }
  const named = hostnames.length > 0 ? hostnames : [undefined];
  return named.map(hostname => ({
    source: route,
    hostname,
    tls:
      hostname === undefined
        ? undefined
        : tlsOf(context, route, hostname, gateways),
    dns: dnsOfAnnotations(context, route, hostnames),
    rules: placed.map(({ rule }) => rule),
    guarded: written.some(({ guarded }) => guarded),
  }));
}

/** The certificate of a listener for the hostname, where its Gateway is known. */
function tlsOf(
  context: ImportContext,
  route: HttpRouteObject,
  hostname: string,
  parents: NonNullable<IHTTPRouteSpec['parentRefs']>,
): AppNetworkSpec['tls'] {
  for (const parent of parents) {
    const { name, namespace = route.metadata.namespace } = parent;
    const gateway = findObject<GatewayObject>(
      context,
      GATEWAY_API_GATEWAY,
      namespace,
      name,
    );
    const listeners = gateway?.spec?.listeners ?? [];
    const index = listeners.findIndex(
      listener =>
        (parent.sectionName ?? listener.name) === listener.name &&
        listener.tls?.certificateRefs?.length &&
        isFor(listener.hostname ?? '*', hostname),
    );
    const [ref] = listeners[index]?.tls?.certificateRefs ?? [];
    if (gateway && ref) {
      return tlsOfSecret(
        context,
        route,
        {
          object: gateway,
          field: `spec.listeners[${index}].tls.certificateRefs[0]`,
        },
        { name: ref.name, namespace: ref.namespace ?? namespace },
      );
    }
  }
  context.note(
    route,
    'spec.parentRefs',
    hostname,
    "No listener with a certificate for it is among what was read: the platform's issuer makes one. Name yours in spec.tls.certificateRef.",
  );
  return undefined;
}

/** Negative where Gateway API tries one before the other (HTTPRouteRule, matches). */
function precedence(
  one: ImportedRule['match'],
  other: ImportedRule['match'],
): number {
  const order = ({ path, method, headers = [] }: ImportedRule['match']) => [
    path?.type === 'Exact' ? 0 : 1,
    -(path?.value?.length ?? 0),
    method ? 0 : 1,
    -headers.length,
  ];
  const left = order(one);
  const right = order(other);
  return (
    left
      .map((value, index) => value - (right[index] ?? 0))
      .find(difference => difference !== 0) ?? 0
  );
}
