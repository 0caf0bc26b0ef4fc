import type { Address, IssuerRef } from '@app-network/backstage-plugin-app-network-common';

/** What an application's network needs to know of the platform it stands on. */
export interface PlatformFacts {
  /** Part of every generated hostname. */
  environmentName: string;
  /** Suffix of generated hostnames; undefined until it is known, for example while the gateway has no address yet. */
  dnsSuffix: string | undefined;
  ingressGateway: {
    namespace: string;
    serviceAccount: string;
    /** Labels of the gateway's pods, for an Istio Gateway's selector and for NetworkPolicies. */
    selector: Record<string, string>;
    /** Empty until the load balancer has given one. */
    addresses: Address[];
  };
  /** Issuer of certificates where an application names none. */
  issuer: Required<IssuerRef>;
  /** Istio's trust domain, first part of a SPIFFE identity. */
  trustDomain: string;
  /** System components that scrape metrics. */
  scrapers: { namespace: string; selector: Record<string, string> }[];
}
