import { Type, type Static } from '@sinclair/typebox';
import { mapOf, oneOf } from './schema';

/** API group of both kinds. @public */
export const API_GROUP = 'app-network.io';

/** API version of both kinds, as it stands in `apiVersion`. @public */
export const API_VERSION = `${API_GROUP}/v1alpha1`;

/**
 * The part of Kubernetes' ObjectMeta that this project reads and writes.
 * @public
 */
export interface ObjectMeta {
  name: string;
  namespace?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string;
  deletionTimestamp?: string;
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/**
 * Which fields a writer owns, as the API server records it for server-side apply.
 * @public
 */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  subresource?: string;
  /** When it last changed by it, RFC 3339. */
  time?: string;
  fieldsV1?: Record<string, unknown>;
}

/** Any object of the Kubernetes API. @public */
export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
}

export const conditionSchema = Type.Object(
  {
    type: Type.String({ description: 'What the condition is about.' }),
    status: oneOf(['True', 'False', 'Unknown'], {
      description: 'Whether it holds.',
    }),
    reason: Type.String({
      description: "A machine's word for the cause, in CamelCase.",
    }),
    message: Type.String({
      description: 'What happened and what to do, for a person.',
    }),
    lastTransitionTime: Type.String({
      format: 'date-time',
      description: 'When the status last changed.',
    }),
    observedGeneration: Type.Optional(
      Type.Integer({
        description: 'Generation of the spec that the condition speaks of.',
      }),
    ),
  },
  { description: 'A condition as Kubernetes defines it (metav1.Condition).' },
);

/** A condition as Kubernetes defines it (metav1.Condition). @public */
export type Condition = Static<typeof conditionSchema>;

export const conditionsSchema = Type.Array(conditionSchema, {
  description: 'What is so, and why.',
  'x-kubernetes-list-type': 'map',
  'x-kubernetes-list-map-keys': ['type'],
});

export const addressSchema = Type.Object(
  {
    type: oneOf(['IPAddress', 'Hostname'], {
      description: 'What the value is.',
    }),
    value: Type.String({ description: 'The IP address or the hostname.' }),
  },
  { description: 'An address of a gateway, as Gateway API writes it.' },
);

/** An address of a gateway, as Gateway API writes it. @public */
export type Address = Static<typeof addressSchema>;

export const objectRefSchema = Type.Object(
  {
    apiVersion: Type.String(),
    kind: Type.String(),
    namespace: Type.Optional(Type.String()),
    name: Type.String(),
  },
  { description: 'Names one object of the cluster.' },
);

/** Names one object of a cluster. @public */
export type ObjectRef = Static<typeof objectRefSchema>;

export const issuerRefSchema = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 253 }),
    kind: Type.Optional(
      Type.String({
        default: 'ClusterIssuer',
        description:
          'Issuer, ClusterIssuer, or the kind of an external issuer.',
      }),
    ),
    group: Type.Optional(
      Type.String({
        default: 'cert-manager.io',
        description: 'API group of the issuer.',
      }),
    ),
  },
  { description: 'An issuer, as cert-manager refers to it.' },
);

/** An issuer, as cert-manager refers to it. @public */
export type IssuerRef = Static<typeof issuerRefSchema>;

export const labelSelectorSchema = Type.Object(
  {
    matchLabels: Type.Optional(
      mapOf(Type.String(), { description: 'Labels that must all be there.' }),
    ),
  },
  { description: 'Selects pods by their labels; empty selects all.' },
);
