import type {
  AppNetwork,
  AppNetworkRouteMatch,
  AppNetworkRule,
  AppNetworkSpec,
  KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { V1IngressSpec } from '@kubernetes/client-node';
import type { PlatformFacts } from '../platform/facts';

/** What is made of objects that others have written. */
export interface ImportResult {
  /** In the order of the objects that they come from. */
  appNetworks: AppNetwork[];
  /** What the objects say and no AppNetwork does, in their order. */
  notKept: NotKept[];
}

/** A part of an object that an AppNetwork can't say, or says otherwise. */
export interface NotKept {
  /** Such as `Ingress shop/shop`. */
  object: string;
  /** Path of the field, such as `spec.rules[0].http`. */
  field: string;
  /** What stands there. */
  value: unknown;
  /** Why it is not kept, and what to do. */
  reason: string;
}

/** What an import reads, and where it says what it does not keep. */
export interface ImportContext {
  /** All that was given: what is imported, and what is around it. */
  objects: readonly KubernetesObject[];
  /** The platform, where it is known. */
  facts: PlatformFacts | undefined;
  note(
    object: KubernetesObject,
    field: string,
    value: unknown,
    reason: string,
  ): void;
}

/** A rule with the one match that it is for. */
export type ImportedRule = Omit<AppNetworkRule, 'matches'> & {
  match: AppNetworkRouteMatch;
};

/** A hostname, with all that an object says of it. */
export interface ImportedHost {
  /** The object that names the AppNetwork. */
  source: KubernetesObject;
  /** Undefined where the object is for every hostname. */
  hostname: string | undefined;
  tls?: AppNetworkSpec['tls'];
  dns?: AppNetworkSpec['dns'];
  /** In any order, for an AppNetwork brings them into its own. */
  rules: ImportedRule[];
  /** Whether something that can't be kept decides who is let in. */
  guarded: boolean;
  /** Whether it was served by plain HTTP only. */
  plain?: boolean;
  /** Whether the pods are known to be outside the mesh. */
  outsideMesh?: boolean;
}

export type Ingress = KubernetesObject & { spec?: V1IngressSpec };

/** The parts of Istio's kinds that are read; what else stands in them is listed. */
export interface StringMatch {
  exact?: string;
  prefix?: string;
  regex?: string;
}

export interface HttpMatch {
  uri?: StringMatch;
  method?: StringMatch;
  headers?: Record<string, StringMatch>;
  gateways?: string[];
  scheme?: StringMatch;
  port?: number;
}

export interface Destination {
  host?: string;
  port?: { number?: number };
  subset?: string;
}

export interface WeightedDestination {
  destination?: Destination;
  weight?: number;
}

export interface HttpRoute {
  match?: HttpMatch[];
  route?: WeightedDestination[];
  timeout?: string;
  retries?: { attempts?: number; retryOn?: string };
  redirect?: Record<string, unknown>;
  directResponse?: { status?: number };
  delegate?: unknown;
}

export interface TlsRoute {
  match?: { sniHosts?: string[]; gateways?: string[] }[];
  route?: WeightedDestination[];
}

export type VirtualService = KubernetesObject & {
  spec?: {
    hosts?: string[];
    gateways?: string[];
    http?: HttpRoute[];
    tls?: TlsRoute[];
    tcp?: unknown[];
  };
};

export interface GatewayServer {
  hosts?: string[];
  port?: { number?: number; protocol?: string };
  tls?: {
    mode?: string;
    credentialName?: string;
    httpsRedirect?: boolean;
    minProtocolVersion?: string;
  };
}

export type IstioGateway = KubernetesObject & {
  spec?: { selector?: Record<string, string>; servers?: GatewayServer[] };
};

export interface TrafficPolicy {
  tls?: { mode?: string };
  loadBalancer?: {
    consistentHash?: {
      httpCookie?: { name?: string; path?: string; ttl?: string };
    };
  };
}

export type DestinationRule = KubernetesObject & {
  spec?: {
    host?: string;
    trafficPolicy?: TrafficPolicy;
    subsets?: {
      name?: string;
      labels?: Record<string, string>;
      trafficPolicy?: TrafficPolicy;
    }[];
  };
};

export type Certificate = KubernetesObject & {
  spec?: {
    secretName?: string;
    issuerRef?: { name: string; kind?: string; group?: string };
  };
};
