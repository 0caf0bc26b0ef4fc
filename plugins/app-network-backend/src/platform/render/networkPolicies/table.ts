import { EGRESS_GATEWAY, INGRESS_GATEWAY } from '../../components/istio';
import type { ComponentName } from '../../components/types';

/**
 * Who may call:
 * - anybody: everything that has a way to the pod, from outside the cluster too
 * - API server: anybody as well. Its calls come from a control plane outside, from a node's address, or out of a tunnel such as
 *   konnectivity, so that there is no address or label that would be right on every cluster, and with a wrong one no object could be
 *   written. Istio's and cert-manager's own policies leave their webhooks open for the same reason; TLS is in front of them
 * - meshed pods: with a proxy of Istio, of whatever namespace
 * - scrapers: entries of spec.systemComponents with `scraper`
 */
export type Caller = 'anybody' | 'API server' | 'meshed pods' | 'scrapers';

/**
 * Ports of pods: a number, one that the chart's values may change, or all that the component's Services lead to (those that are given where
 * it has no Service).
 */
export type TablePort =
  | number
  | { value: string; otherwise: number }
  | { servicesOrElse: number[] };

/** What may be called of one component that the platform installs. All else is refused. */
export interface PlatformPolicy {
  /** Last part of the policy's name. */
  name: string;
  component: ComponentName;
  /** The component's release, where it has several. */
  release?: string;
  /** Value of the pods' label app.kubernetes.io/component, where a release has pods of several kinds. */
  part?: string;
  allow: { ports: TablePort[]; from: Caller; why: string }[];
}

/**
 * The NetworkPolicies of what the platform installs.
 *
 * Kubelet's probes need no entry: traffic between a pod and its node is always allowed (Kubernetes, Network Policies).
 *
 * There are rules for what comes in and none for what goes out, because the destinations can't be known: istiod fetches keys from any
 * issuer of JWTs, gateways and NGINX forward to any pod and host that their users name, cert-manager calls ACME servers and the APIs of DNS
 * providers, ExternalDNS the latter. cert-manager's webhook and cainjector call the API server alone; its address is none that an ipBlock
 * matches on every network plugin (Cilium has the nodes and the API server apart from addresses), and a rule for port 443 of everybody
 * keeps nobody from anything.
 */
export const PLATFORM_POLICIES: readonly PlatformPolicy[] = [
  {
    name: 'istiod',
    component: 'istio',
    release: 'istiod',
    allow: [
      {
        ports: [15012],
        from: 'meshed pods',
        why: 'proxies fetch certificates and configuration, over TLS',
      },
      {
        ports: [15017],
        from: 'API server',
        why: 'webhooks that inject the proxy and check objects of Istio',
      },
      { ports: [15014], from: 'scrapers', why: 'metrics' },
    ],
  },
  {
    name: INGRESS_GATEWAY,
    component: 'istio',
    release: INGRESS_GATEWAY,
    allow: [
      {
        ports: [{ servicesOrElse: [80, 443] }],
        from: 'anybody',
        why: 'requests to applications',
      },
      {
        ports: [15021],
        from: 'anybody',
        why: 'health checks of load balancers',
      },
      {
        ports: [15020, 15090],
        from: 'scrapers',
        why: "metrics of the gateway and of Envoy's own",
      },
    ],
  },
  {
    name: EGRESS_GATEWAY,
    component: 'istio',
    release: EGRESS_GATEWAY,
    allow: [
      {
        ports: [{ servicesOrElse: [80, 443] }],
        from: 'meshed pods',
        why: 'requests of applications to declared outside hosts',
      },
      {
        ports: [15020, 15090],
        from: 'scrapers',
        why: "metrics of the gateway and of Envoy's own",
      },
    ],
  },
  {
    name: 'cert-manager',
    component: 'certManager',
    part: 'controller',
    allow: [{ ports: [9402], from: 'scrapers', why: 'metrics' }],
  },
  {
    name: 'cert-manager-webhook',
    component: 'certManager',
    part: 'webhook',
    allow: [
      {
        ports: [{ value: 'webhook.securePort', otherwise: 10250 }],
        from: 'API server',
        why: 'webhook that checks objects of cert-manager',
      },
      { ports: [9402], from: 'scrapers', why: 'metrics' },
    ],
  },
  {
    name: 'cert-manager-cainjector',
    component: 'certManager',
    part: 'cainjector',
    allow: [{ ports: [9402], from: 'scrapers', why: 'metrics' }],
  },
  {
    name: 'ingress-nginx',
    component: 'ingressNginx',
    allow: [
      {
        ports: [{ servicesOrElse: [80, 443] }],
        from: 'anybody',
        why: 'requests to system components',
      },
      {
        ports: [{ value: 'prometheus.port', otherwise: 9113 }],
        from: 'scrapers',
        why: 'metrics',
      },
    ],
  },
  {
    name: 'external-dns',
    component: 'externalDNS',
    allow: [{ ports: [7979], from: 'scrapers', why: 'metrics' }],
  },
];
