import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';

/** The part of a Kubernetes NetworkPolicy that is written. */
export interface NetworkPolicy extends KubernetesObject {
  spec: {
    podSelector: LabelSelector;
    policyTypes: ['Ingress'];
    ingress: IngressRule[];
  };
}

/** Without `from` everybody may call, without `ports` every port may be called (Kubernetes, NetworkPolicyIngressRule). */
export interface IngressRule {
  from?: Peer[];
  ports?: Port[];
}

/** Pods; those of the policy's own namespace where no other is said. */
export interface Peer {
  namespaceSelector?: LabelSelector;
  podSelector?: LabelSelector;
}

export interface Port {
  protocol: string;
  /** Number, or the name of a port of the pods' containers. */
  port: number | string;
}

export interface LabelSelector {
  matchLabels?: Record<string, string>;
  matchExpressions?: { key: string; operator: 'Exists' }[];
}
