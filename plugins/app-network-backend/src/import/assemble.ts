import {
  API_VERSION,
  brokenRule,
  COOKIE_NAME_RULES,
  COOKIE_PATH_RULES,
  KUBERNETES_ID,
  shortenName,
  type AppNetwork,
  type AppNetworkRouteMatch,
  type AppNetworkRule,
  type AppNetworkSpec,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { compareMatches, normalized } from '../application/render/routes';
import { isSubset } from '../application/render/selector';
import type { Service } from '../application/render/types';
import { matchProblems } from '../application/render/matchProblems';
import { describe, objectKey, objectRef } from '../engine/objects';
import { findObject, SERVICE } from './lookup';
import type { ImportContext, ImportedHost, ImportedRule } from './types';

/** Limits of the kind (app-network-common, appNetwork.ts). */
const MAX_NAME = 63;
const MAX_HOSTNAMES = 32;
const MAX_RULES = 32;
const MAX_MATCHES = 16;

/**
 * AppNetworks for hostnames: those of one object that are served alike share one, for an AppNetwork has the same rules for all of its
 * hostnames. A hostname that several objects of a namespace serve goes to the AppNetwork of the first, with the rules of all.
 */
export function assemble(
  context: ImportContext,
  hosts: readonly ImportedHost[],
): AppNetwork[] {
  const groups = new Map<string, ImportedHost[]>();
  for (const host of merged(hosts)) {
    const { source, hostname, ...alike } = host;
    listHost(context, host);
    // A generated hostname is the only one of its AppNetwork.
    const key = JSON.stringify([
      describe(objectRef(source)),
      hostname === undefined,
      alike,
    ]);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  const names = new Set<string>();
  return [...groups.values()].flatMap(ofAtMost(MAX_HOSTNAMES)).map(group => {
    const appNetwork = toAppNetwork(context, group, names);
    names.add(objectKey(appNetwork));
    return appNetwork;
  });
}

function listHost(
  context: ImportContext,
  { source, hostname = 'every hostname', plain }: ImportedHost,
): void {
  if (hostname === 'every hostname') {
    context.note(
      source,
      'spec',
      hostname,
      'An AppNetwork serves the hostnames that it names; without one it gets a generated one. Add your own to spec.hostnames.',
    );
  }
  if (plain) {
    context.note(
      source,
      'spec.tls',
      hostname,
      "Plain HTTP is not served: it is redirected to HTTPS, with a certificate of the platform's issuer.",
    );
  }
}

/** Cuts a list into lists of a length. */
function ofAtMost(length: number) {
  return <T>(list: readonly T[]): T[][] =>
    Array.from({ length: Math.ceil(list.length / length) }, (_, index) =>
      list.slice(index * length, (index + 1) * length),
    );
}

/** One entry for each hostname of a namespace. */
function merged(hosts: readonly ImportedHost[]): ImportedHost[] {
  const byName = new Map<unknown, ImportedHost>();
  hosts.forEach((host, index) => {
    const { hostname, source } = host;
    const key =
      hostname === undefined
        ? index
        : `${source.metadata.namespace} ${hostname}`;
    const first = byName.get(key);
    byName.set(
      key,
      first
        ? {
            ...first,
            tls: first.tls ?? host.tls,
            dns: first.dns ?? host.dns,
            rules: [...first.rules, ...host.rules],
            guarded: first.guarded || host.guarded,
            plain: first.plain && host.plain,
            outsideMesh: first.outsideMesh || host.outsideMesh,
          }
        : host,
    );
  });
  return [...byName.values()].filter(({ rules }) => rules.length > 0);
}

function toAppNetwork(
  context: ImportContext,
  group: readonly ImportedHost[],
  names: ReadonlySet<string>,
): AppNetwork {
  const [first] = group;
  if (!first) {
    throw new Error('a group of hostnames is never empty');
  }
  const { source, tls, dns, guarded, outsideMesh } = first;
  const { namespace, labels = {} } = source.metadata;
  const entity = labels[KUBERNETES_ID];
  const name = freeName(source, names);
  const hostnames = group
    .map(({ hostname }) => hostname)
    .filter(hostname => hostname !== undefined);
  const passthrough = tls?.mode === 'Passthrough';
  const rules = passthrough
    ? first.rules.slice(0, 1)
    : usable(context, source, withUsableCookies(context, source, first.rules));
  const spec: AppNetworkSpec = {
    ...selectorOf(context, source, name, rules),
    ...(hostnames.length > 0 ? { hostnames } : {}),
    ...(guarded ? { expose: false } : {}),
    ...(tls && Object.keys(tls).length > 0 ? { tls } : {}),
    rules: passthrough
      ? rules.map(({ match: _match, ...rule }) => rule)
      : withinLimit(context, source, grouped(rules)),
    ...(outsideMesh ? { mesh: { enabled: false } } : {}),
    ...(dns ? { dns } : {}),
  };
  return {
    apiVersion: API_VERSION,
    kind: 'AppNetwork',
    metadata: {
      name,
      namespace,
      ...(entity ? { labels: { [KUBERNETES_ID]: entity } } : {}),
    },
    spec,
  };
}

function freeName(
  { metadata }: KubernetesObject,
  names: ReadonlySet<string>,
): string {
  const base = shortenName(metadata.name, MAX_NAME);
  for (let count = 1; ; count++) {
    const suffix = count > 1 ? `-${count}` : '';
    const name = `${base.slice(0, MAX_NAME - suffix.length)}${suffix}`;
    if (!names.has(`${metadata.namespace}/${name}`)) {
      return name;
    }
  }
}

/** Rules without the cookies that an AppNetwork can't have. */
function withUsableCookies(
  context: ImportContext,
  source: KubernetesObject,
  rules: readonly ImportedRule[],
): ImportedRule[] {
  return rules.map(rule => {
    const { sessionPersistence, ...rest } = rule;
    const problem = sessionPersistence && cookieProblem(sessionPersistence);
    if (!problem) {
      return rule;
    }
    context.note(
      source,
      'spec',
      sessionPersistence,
      `${problem}. The rule has no affinity by cookie; set sessionPersistence with a cookie of another name or path.`,
    );
    return rest;
  });
}

function cookieProblem({
  sessionName,
  path = '/',
}: NonNullable<ImportedRule['sessionPersistence']>): string | undefined {
  return [
    { field: 'sessionName', value: sessionName, rules: COOKIE_NAME_RULES },
    { field: 'path', value: path, rules: COOKIE_PATH_RULES },
  ]
    .map(({ field, value, rules }) => {
      const must = brokenRule(rules, value);
      return must && `${field} ${must}`;
    })
    .find(must => must !== undefined);
}

/** Rules that a gateway can take, each match once: of two for the same requests the first counts. */
function usable(
  context: ImportContext,
  source: KubernetesObject,
  rules: readonly ImportedRule[],
): ImportedRule[] {
  const seen = new Set<string>();
  return rules.filter(({ match }) => {
    const [problem] = matchProblems(match, 'match');
    if (problem) {
      context.note(
        source,
        'spec',
        match,
        `${problem.message} It is left out: its requests go to a rule for a shorter path, if there is one.`,
      );
      return false;
    }
    const key = JSON.stringify(normalized(match));
    const isFirst = !seen.has(key);
    seen.add(key);
    if (!isFirst) {
      context.note(
        source,
        'spec',
        match,
        'There is a rule for the same requests before it, which gets them.',
      );
    }
    return isFirst;
  });
}

/** Rules that differ in nothing but what they are for, as one with several matches. */
function grouped(rules: readonly ImportedRule[]): AppNetworkRule[] {
  const matches = new Map<string, AppNetworkRouteMatch[]>();
  for (const { match, ...target } of rules) {
    const key = JSON.stringify(target);
    matches.set(key, [...(matches.get(key) ?? []), match]);
  }
  return [...matches].flatMap(([target, all]) =>
    ofAtMost(MAX_MATCHES)(all).map(some => ({
      matches: some,
      ...(JSON.parse(target) as AppNetworkRule),
    })),
  );
}

function withinLimit(
  context: ImportContext,
  source: KubernetesObject,
  rules: AppNetworkRule[],
): AppNetworkRule[] {
  rules
    .slice(MAX_RULES)
    .forEach(rule =>
      context.note(
        source,
        'spec',
        rule,
        `An AppNetwork has ${MAX_RULES} rules at most. Serve a part of the paths at a hostname of its own.`,
      ),
    );
  return rules.slice(0, MAX_RULES);
}

/** The pods of the Service that gets what no other rule does. Those of other Services are not covered. */
function selectorOf(
  context: ImportContext,
  source: KubernetesObject,
  name: string,
  rules: readonly ImportedRule[],
): Pick<AppNetworkSpec, 'selector'> {
  const { namespace } = source.metadata;
  const services = [
    ...new Set(
      rules
        .toSorted((one, other) =>
          compareMatches(normalized(other.match), normalized(one.match)),
        )
        .flatMap(({ backendRefs = [] }) => backendRefs.map(ref => ref.name)),
    ),
  ];
  const labelsOf = (service: string) =>
    findObject<Service>(context, SERVICE, namespace, service)?.spec?.selector;
  const [main = '', ...others] = services;
  const matchLabels = labelsOf(main);
  if (!matchLabels) {
    context.note(
      source,
      'spec',
      main,
      `Service ${main} is not among what was read, or selects no pods: set spec.selector to the labels of the application's pods, unless they have app.kubernetes.io/name: ${name}.`,
    );
    return {};
  }
  for (const other of others) {
    const labels = labelsOf(other);
    if (!labels || !isSubset(matchLabels, labels)) {
      context.note(
        source,
        'spec',
        other,
        `The policies of the AppNetwork are for the pods of Service ${main}. Give those of Service ${other} an AppNetwork of their own, with expose: false and the ingress gateway in access.`,
      );
    }
  }
  const entries = Object.entries(matchLabels);
  const isDefault =
    entries.length === 1 && matchLabels['app.kubernetes.io/name'] === name;
  return isDefault ? {} : { selector: { matchLabels } };
}
