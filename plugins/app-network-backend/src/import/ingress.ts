import type {
  AppNetworkRouteMatch,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import type {
  V1HTTPIngressPath,
  V1IngressBackend,
} from '@kubernetes/client-node';
import type { Service } from '../application/render/types';
import { tlsOfSecret } from './certificates';
import {
  readIngressAnnotations,
  type IngressSettings,
} from './ingressAnnotations';
import { listRest } from './listRest';
import { findObject, SERVICE } from './lookup';
import type {
  ImportContext,
  ImportedHost,
  ImportedRule,
  Ingress,
} from './types';

/** The hostnames of a Kubernetes Ingress (networking.k8s.io/v1). */
export function importIngress(
  context: ImportContext,
  ingress: Ingress,
): ImportedHost[] {
  const { rules = [], defaultBackend, ingressClassName } = ingress.spec ?? {};
  const settings = readIngressAnnotations(context, ingress);
  if (settings.canary) {
    return [];
  }
  const note = (field: string, value: unknown, reason: string) =>
    context.note(ingress, field, value, reason);
  listRest(context, ingress, 'spec', ingress.spec, [
    'rules',
    'tls',
    'defaultBackend',
    'ingressClassName',
  ]);
  if (ingressClassName) {
    note(
      'spec.ingressClassName',
      ingressClassName,
      "The platform's ingress gateway serves an AppNetwork: the hostnames have to lead to its address.",
    );
  }
  const hosts = new Map<string | undefined, ImportedRule[]>();
  rules.forEach(({ host, http }, index) => {
    const routes = (http?.paths ?? []).flatMap((path, position) =>
      ruleOf(
        context,
        ingress,
        path,
        `spec.rules[${index}].http.paths[${position}]`,
        settings,
      ),
    );
    // No host is every host, and so is an empty one.
    const hostname = host || undefined;
    hosts.set(hostname, [...(hosts.get(hostname) ?? []), ...routes]);
  });
  if (defaultBackend) {
    addDefault(context, ingress, hosts, defaultBackend, settings);
  }
  for (const alias of settings.aliases) {
    const [first] = hosts.keys();
    hosts.set(alias, hosts.get(first) ?? []);
  }
  return [...hosts].map(([hostname, imported]) => ({
    source: ingress,
    hostname,
    tls: tlsOf(context, ingress, hostname, settings),
    dns: settings.dns,
    rules: settings.passthrough ? passthroughRules(imported) : imported,
    guarded: settings.guarded,
    plain: !settings.passthrough && tlsEntryOf(ingress, hostname) < 0,
  }));
}

/** What is left where the gateway does not see paths: the Service of all of them. */
function passthroughRules(rules: ImportedRule[]): ImportedRule[] {
  const [rule] = [
    ...rules.filter(({ match }) => match.path?.value === '/'),
    ...rules,
  ];
  return rule ? [{ match: {}, backendRefs: rule.backendRefs }] : [];
}

function ruleOf(
  context: ImportContext,
  ingress: Ingress,
  { path = '/', pathType, backend }: V1HTTPIngressPath,
  field: string,
  settings: IngressSettings,
): ImportedRule[] {
  const backendRef = backendOf(context, ingress, backend, `${field}.backend`);
  if (!backendRef) {
    return [];
  }
  if (
    pathType === 'ImplementationSpecific' &&
    path !== '/' &&
    !settings.regex
  ) {
    context.note(
      ingress,
      `${field}.pathType`,
      pathType,
      'It is taken for a prefix of whole path segments. See whether your controller read it otherwise.',
    );
  }
  return [
    {
      match: { path: pathMatch(path, pathType, settings) },
      backendRefs: [backendRef],
      ...settings.rule(backendRef.name),
    },
  ];
}

function pathMatch(
  path: string,
  pathType: string,
  { regex }: IngressSettings,
): NonNullable<AppNetworkRouteMatch['path']> {
  if (regex && path !== '/') {
    return { type: 'RegularExpression', value: regex(path) };
  }
  return {
    type: pathType === 'Exact' ? 'Exact' : 'PathPrefix',
    value: path || '/',
  };
}

function backendOf(
  context: ImportContext,
  ingress: Ingress,
  { service, resource }: V1IngressBackend,
  field: string,
): { name: string; port?: number } | undefined {
  if (!service) {
    context.note(
      ingress,
      `${field}.resource`,
      resource,
      'Only Services are backends of an AppNetwork; requests for it go to a rule for a shorter path, if there is one.',
    );
    return undefined;
  }
  const { name, port } = service;
  if (!port?.name) {
    return { name, ...(port?.number ? { port: port.number } : {}) };
  }
  const found = findObject<Service>(
    context,
    SERVICE,
    ingress.metadata.namespace,
    name,
  )?.spec?.ports?.find(candidate => candidate.name === port.name);
  if (!found) {
    context.note(
      ingress,
      `${field}.service.port.name`,
      port.name,
      `An AppNetwork names ports by number, and Service ${name} with this port is not among what was read. Set port in backendRefs, unless the Service has one port only.`,
    );
  }
  return { name, ...(found ? { port: found.port } : {}) };
}

/** What no path of a hostname matches goes to the default backend (Kubernetes documentation, Ingress, DefaultBackend). */
function addDefault(
  context: ImportContext,
  ingress: Ingress,
  hosts: Map<string | undefined, ImportedRule[]>,
  defaultBackend: V1IngressBackend,
  settings: IngressSettings,
): void {
  const backendRef = backendOf(
    context,
    ingress,
    defaultBackend,
    'spec.defaultBackend',
  );
  if (!backendRef) {
    return;
  }
  const rule: ImportedRule = {
    match: { path: { type: 'PathPrefix', value: '/' } },
    backendRefs: [backendRef],
    ...settings.rule(backendRef.name),
  };
  if (hosts.size === 0) {
    hosts.set(undefined, [rule]);
    return;
  }
  for (const [hostname, routes] of hosts) {
    const isComplete = routes.some(
      ({ match: { path } }) =>
        path?.type === 'PathPrefix' && path.value === '/',
    );
    hosts.set(hostname, isComplete ? routes : [...routes, rule]);
  }
  if (!hosts.has(undefined)) {
    context.note(
      ingress,
      'spec.defaultBackend',
      defaultBackend,
      'It is kept for the hostnames of this Ingress. Requests for other hostnames are answered by nobody.',
    );
  }
}

function tlsOf(
  context: ImportContext,
  ingress: Ingress,
  hostname: string | undefined,
  settings: IngressSettings,
): AppNetworkSpec['tls'] {
  if (settings.passthrough) {
    return { mode: 'Passthrough' };
  }
  const index = tlsEntryOf(ingress, hostname);
  const entry = ingress.spec?.tls?.[index];
  if (!entry) {
    return undefined;
  }
  if (settings.tls) {
    return settings.tls;
  }
  if (!entry.secretName || hostname === undefined) {
    context.note(
      ingress,
      `spec.tls[${index}]`,
      entry,
      "The platform's issuer makes the certificate, in place of your controller's default one.",
    );
    return undefined;
  }
  return tlsOfSecret(
    context,
    ingress,
    { object: ingress, field: `spec.tls[${index}].secretName` },
    { name: entry.secretName, namespace: ingress.metadata.namespace },
  );
}

/** Position of the entry that is for a hostname; -1 where it is served by plain HTTP only. */
function tlsEntryOf({ spec }: Ingress, hostname: string | undefined): number {
  return (spec?.tls ?? []).findIndex(
    ({ hosts = [] }) =>
      hosts.length === 0 ||
      hosts.some(host => hostname !== undefined && covers(host, hostname)),
  );
}

/** Whether a hostname of a certificate, which may begin with a wildcard for one label, is for a hostname. */
function covers(host: string, hostname: string): boolean {
  return (
    host === hostname ||
    (host.startsWith('*.') && hostname.replace(/^[^.]+/, '*') === host)
  );
}
