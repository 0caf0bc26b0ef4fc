import { isIP } from 'node:net';
import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';
import type { JsonObject, JsonValue } from '@backstage/types';
import type { ClusterFacts } from '../clusterFacts';
import { PROFILES, TESTED_VERSIONS } from './profiles';
import { releaseOf } from './release';
import type { HelmRelease } from './types';
import { mergeValues } from './values';

/** Name of ExternalDNS's release, which names its Deployment too. */
export const EXTERNAL_DNS = 'external-dns';

/** Where ExternalDNS is unless the spec says otherwise. */
export function externalDnsNamespace(spec: NetworkPlatformSpec): string {
  return spec.components?.externalDNS?.namespace ?? 'external-dns';
}

/**
 * What ExternalDNS writes in the place of `*` into the name of a wildcard's TXT record: inside a label most providers refuse it (external-dns,
 * docs/registry/txt.md, "Wildcard Replacement"). No hostname has an underscore, so that it is never another's.
 */
export const WILDCARD_IN_TXT = '_wildcard';

/**
 * Marks the records of a platform in a zone, so that ExternalDNS leaves all others alone; undefined while the cluster's identity is not
 * known. An id that is made up would leave records behind that nobody owns.
 */
export function recordOwner(
  { dns, environmentName = 'default' }: NetworkPlatformSpec,
  { clusterId }: Pick<ClusterFacts, 'clusterId'>,
): string | undefined {
  return (
    dns?.external?.ownerId ??
    (clusterId ? `${environmentName}-${clusterId}` : undefined)
  );
}

/** ExternalDNS, which makes the records of Ingresses and Istio Gateways. */
export function externalDnsReleases(
  spec: NetworkPlatformSpec,
  facts: ClusterFacts,
): HelmRelease[] {
  const wanted = spec.components?.externalDNS ?? {};
  const external = spec.dns?.external;
  const { resources } = PROFILES[spec.profile ?? 'development'];
  const owner = external && recordOwner(spec, facts);
  return [
    {
      ...releaseOf({
        component: 'externalDNS',
        release: EXTERNAL_DNS,
        namespace: externalDnsNamespace(spec),
        enabled: external !== undefined && (wanted.enabled ?? true),
        chart: EXTERNAL_DNS,
        upstream: {
          repository: 'https://kubernetes-sigs.github.io/external-dns/',
        },
        source: wanted.chart,
        version: wanted.version ?? TESTED_VERSIONS.externalDNS,
        profileValues: {
          ...(external ? zoneValues(external) : {}),
          ...(owner ? { txtOwnerId: owner } : {}),
          sources: ['ingress', 'istio-gateway'],
          // Records go with what they were made for; only records of the owner are touched.
          policy: 'sync',
          registry: 'txt',
          // A change is acted on at once, and all is looked at this often besides.
          triggerLoopOnEvent: true,
          interval: '1m',
          ...(resources.externalDns
            ? { resources: resources.externalDns }
            : {}),
        },
        userValues: external
          ? withZoneArgs(userValues(spec), external)
          : userValues(spec),
        // Without Istio's kinds it does not start.
        needs: ['istio-base'],
      }),
      ...(external && !owner
        ? {
            awaits: [
              "the cluster's identity (the uid of namespace kube-system), of which the owner id of its records is made",
            ],
          }
        : {}),
    },
  ];
}

/**
 * The name servers that records are written to, `address:port`, where the spec says them: those of provider rfc2136, whose zones are often
 * nobody's but the company's. Undefined where they have to be looked up.
 */
export function zoneNameServers(
  spec: NetworkPlatformSpec,
): string[] | undefined {
  if (spec.dns?.external?.provider.name !== 'rfc2136') {
    return undefined;
  }
  const { extraArgs } = userValues(spec);
  const port = flagValues(extraArgs, 'rfc2136-port')[0] ?? '53';
  const servers = flagValues(extraArgs, 'rfc2136-host').filter(isIP);
  return servers.length > 0
    ? servers.map(server =>
        server.includes(':') ? `[${server}]:${port}` : `${server}:${port}`,
      )
    : undefined;
}

/** The values of a flag among the chart's `extraArgs`, which are a map or a list. */
function flagValues(extraArgs: JsonValue | undefined, flag: string): string[] {
  if (Array.isArray(extraArgs)) {
    return extraArgs
      .map(String)
      .filter(arg => arg.startsWith(`--${flag}=`))
      .map(arg => arg.slice(flag.length + 3));
  }
  const value = (extraArgs as JsonObject | undefined)?.[flag];
  return value === undefined || value === null
    ? []
    : [value].flat().map(String);
}

function userValues({ dns, components }: NetworkPlatformSpec): JsonObject {
  return mergeValues(
    (dns?.external?.values ?? {}) as JsonObject,
    (components?.externalDNS?.values ?? {}) as JsonObject,
  );
}

type ExternalZone = NonNullable<
  NonNullable<NetworkPlatformSpec['dns']>['external']
>;

function zoneValues(external: ExternalZone): JsonObject {
  return {
    provider: { name: external.provider.name },
    domainFilters: [external.zone],
    extraArgs: zoneArgs(external),
  };
}

function zoneArgs({ zone, provider }: ExternalZone): JsonObject {
  return {
    'txt-wildcard-replacement': WILDCARD_IN_TXT,
    // A server of this kind has to be told the zone, and without transfers ExternalDNS can't see what is there, nor remove it.
    ...(provider.name === 'rfc2136'
      ? { 'rfc2136-zone': zone, 'rfc2136-axfr': true }
      : {}),
  };
}

/** The user's `extraArgs`, with those of the zone where they are a list: it would replace the map, as Helm merges values. */
function withZoneArgs(user: JsonObject, external: ExternalZone): JsonObject {
  const { extraArgs } = user;
  if (!Array.isArray(extraArgs)) {
    return user;
  }
  const isSaid = (flag: string) =>
    extraArgs.some(arg => String(arg).split('=')[0] === `--${flag}`);
  return {
    ...user,
    extraArgs: [
      ...Object.entries(zoneArgs(external))
        .filter(([flag]) => !isSaid(flag))
        .map(([flag, value]) => `--${flag}=${value}`),
      ...extraArgs,
    ],
  };
}
