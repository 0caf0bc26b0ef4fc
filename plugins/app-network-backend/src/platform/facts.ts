import {
  withDefaults,
  type Address,
  type IssuerRef,
  type NetworkPlatform,
  type NetworkPlatformSpec,
  type PlatformConditionType,
} from '@app-network/backstage-plugin-app-network-common';
import { mayAskOverHttp } from './certificates/http01';
import { issuerInStatus, platformIssuer } from './certificates/platformIssuer';
import { zoneNameServers } from './components/externalDns';
import {
  EGRESS_GATEWAY,
  egressGatewayNamespace,
  INGRESS_GATEWAY,
  ingressGatewayNamespace,
  refusesUndeclaredHosts,
  trustDomain,
} from './components/istio';
import { platformNamespaces } from './components/platformNamespaces';
import { dnsSuffix } from './dns/suffix';
import { existingInStatus, withExisting } from './existing/existing';
import { systemHostnames } from './systemComponents/hostname';

/** What an application's network needs to know of the platform it stands on. */
export interface PlatformFacts {
  /** Part of every generated hostname. */
  environmentName: string;
  /** Suffix of generated hostnames; undefined until it is known, for example while the gateway has no address yet. */
  dnsSuffix: string | undefined;
  /**
   * Who makes records: Wildcard, nobody has to, the suffix resolves by itself; External, ExternalDNS does for names in the zone; Custom, the
   * user does.
   */
  dns:
    | { mode: 'Wildcard' }
    | {
        mode: 'External';
        zone: string;
        /** The zone's name servers, `address:port`, where the spec says them. */
        servers?: string[];
        /** What the platform says is wrong with its records; undefined where nothing is. */
        problem?: string;
      }
    | { mode: 'Custom' };
  ingressGateway: {
    namespace: string;
    serviceAccount: string;
    /** Labels of the gateway's pods, for an Istio Gateway's selector and for NetworkPolicies. */
    selector: Record<string, string>;
    /** Empty until the load balancer has given one. */
    addresses: Address[];
    /** What the platform says is wrong with it; undefined where nothing is. */
    problem?: string;
  };
  /** Undefined where the platform has none. */
  egressGateway:
    | {
        namespace: string;
        /** DNS name of its Service. */
        host: string;
        /** Labels of the gateway's pods. */
        selector: Record<string, string>;
      }
    | undefined;
  /** Whether sidecars refuse calls to hosts that nobody has declared (REGISTRY_ONLY); they let them out otherwise. */
  refusesUndeclaredHosts: boolean;
  /** Issuer of certificates where an application names none: the one that the platform's status names, for that issues. */
  issuer: Required<IssuerRef>;
  /** Whether that issuer may have hostnames proven over HTTP, at port 80. */
  http01: boolean;
  /** Istio's trust domain, first part of a SPIFFE identity. */
  trustDomain: string;
  /** Namespaces of the platform itself, where no application is. */
  namespaces: string[];
  /** Hostnames of system components, as far as they are known. */
  systemHostnames: string[];
  /** System components that scrape metrics. */
  scrapers: { namespace: string; selector: Record<string, string> }[];
}

/** By the platform that they are of: caches hold the same object until it changes, and every AppNetwork asks. */
const known = new WeakMap<NetworkPlatform, PlatformFacts>();

/** What applications need to know of a platform, from its spec and its status; neither it nor the answer may be changed afterwards. */
export function platformFacts(platform: NetworkPlatform): PlatformFacts {
  const facts = known.get(platform) ?? readFacts(platform);
  known.set(platform, facts);
  return facts;
}

function readFacts(platform: NetworkPlatform): PlatformFacts {
  const existing = existingInStatus(platform.status);
  const spec = withDefaults(withExisting(platform, existing)).spec ?? {};
  const addresses = platform.status?.ingress?.applications?.addresses ?? [];
  return {
    environmentName: spec.environmentName ?? 'default',
    dnsSuffix: dnsSuffix(spec, addresses),
    dns: dnsMode(spec, platform),
    ingressGateway: {
      namespace: ingressGatewayNamespace(spec),
      serviceAccount:
        existing.ingressGateway?.serviceAccount ?? INGRESS_GATEWAY,
      selector: gatewayLabels(INGRESS_GATEWAY),
      addresses,
      ...problem(platform, 'IngressGatewayReady'),
    },
    egressGateway: egressGateway(spec),
    refusesUndeclaredHosts: refusesUndeclaredHosts(spec),
    issuer: issuerInStatus(platform) ?? platformIssuer(spec, undefined),
    http01: mayAskOverHttp(spec),
    trustDomain: trustDomain(spec),
    namespaces: platformNamespaces(platform),
    systemHostnames: systemHostnames(
      spec,
      platform.status?.ingress?.system?.addresses ?? [],
    ),
    scrapers: (spec.systemComponents ?? [])
      .filter(({ scraper }) => scraper)
      .map(({ namespace, selector }) => ({
        namespace,
        selector: selector?.matchLabels ?? {},
      })),
  };
}

function egressGateway(
  spec: NetworkPlatformSpec,
): PlatformFacts['egressGateway'] {
  const namespace = egressGatewayNamespace(spec);
  return namespace === undefined
    ? undefined
    : {
        namespace,
        host: `${EGRESS_GATEWAY}.${namespace}.svc.cluster.local`,
        selector: gatewayLabels(EGRESS_GATEWAY),
      };
}

/** Labels that Istio's gateway chart gives to the pods of a release. */
function gatewayLabels(release: string): Record<string, string> {
  return { istio: release.replace(/^istio-/, '') };
}

function dnsMode(
  spec: NetworkPlatformSpec,
  platform: NetworkPlatform,
): PlatformFacts['dns'] {
  const { external, custom } = spec.dns ?? {};
  if (!external) {
    return { mode: custom ? 'Custom' : 'Wildcard' };
  }
  const servers = zoneNameServers(spec);
  return {
    mode: 'External',
    zone: external.zone,
    ...(servers ? { servers } : {}),
    ...problem(platform, 'DNSReady'),
  };
}

/** What a condition of the platform says is wrong. */
function problem(
  { status }: NetworkPlatform,
  of: PlatformConditionType,
): { problem?: string } {
  const row = status?.conditions?.find(({ type }) => type === of);
  return row?.status === 'False' ? { problem: row.message } : {};
}
