import { Type, type TSchema, type TUnsafe } from '@sinclair/typebox';

/**
 * Schemas of the two kinds are written once, with TypeBox, and used as TypeScript types, as validation and as the OpenAPI schemas of the
 * CustomResourceDefinitions. A CRD wants a structural schema (Kubernetes API reference, JSONSchemaProps), which has no `anyOf` of types,
 * no `const` and no `patternProperties`, so the helpers here stand in for TypeBox's `Union`, `Literal` and `Record`.
 */

/** A rule of the Common Expression Language that the API server checks on every write (`x-kubernetes-validations`). */
export interface CelRule {
  /** The expression; `self` is the value the rule is attached to. */
  rule: string;
  /** What the user reads: the field, what was found wrong, what would be right. */
  message: string;
  /** An expression for what the user reads instead, where the value belongs in it. */
  messageExpression?: string;
  /** Path of the field to report, relative to `self`. */
  fieldPath?: string;
}

/** One of the given strings. */
export function oneOf<const T extends readonly string[]>(
  values: T,
  options: { description: string; default?: T[number] },
): TUnsafe<T[number]> {
  return Type.Unsafe<T[number]>({
    type: 'string',
    enum: [...values],
    ...options,
  });
}

/** A map with free keys and values of one shape. */
export function mapOf<T extends TSchema>(
  values: T,
  options: { description: string },
): TUnsafe<Record<string, T['static']>> {
  return Type.Unsafe<Record<string, T['static']>>({
    type: 'object',
    additionalProperties: values,
    ...options,
  });
}

/** A JSON object whose shape belongs to somebody else, such as the values of a Helm chart. */
export function freeObject(options: {
  description: string;
}): TUnsafe<Record<string, unknown>> {
  return Type.Unsafe<Record<string, unknown>>({
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    ...options,
  });
}

/** The schema option that carries CEL rules. */
export function celRules(...rules: CelRule[]): {
  'x-kubernetes-validations': CelRule[];
} {
  return { 'x-kubernetes-validations': rules };
}

const LABEL = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';

/** A DNS name of RFC 1123, in lower case, optionally with one leading wildcard label. */
export const HOSTNAME_PATTERN = `^(\\*\\.)?${LABEL}(\\.${LABEL})*$`;

const DNS_LABEL = '([-a-z0-9]{0,61}[a-z0-9])?';

/**
 * A hostname that a gateway takes: labels of at most 63 characters (RFC 1123), at least two of them, of which the last begins with a letter
 * and so is no part of an IP address; optionally with one leading wildcard label. Istio refuses any other, and the whole Gateway with it
 * (istio.io, Server, hosts).
 */
export const SERVED_HOSTNAME_PATTERN = `^(\\*\\.)?([a-z0-9]${DNS_LABEL}\\.)+[a-z]${DNS_LABEL}$`;

/** A name as Kubernetes gives it to most objects: a DNS subdomain (RFC 1123). */
export const objectName = (description: string) =>
  Type.String({
    description,
    minLength: 1,
    maxLength: 253,
    pattern: `^${LABEL}(\\.${LABEL})*$`,
  });

/** A name as Kubernetes gives it to namespaces and Services: a DNS label (RFC 1123). */
export const labelName = (description: string) =>
  Type.String({
    description,
    minLength: 1,
    maxLength: 63,
    pattern: `^${LABEL}$`,
  });

export const portNumber = (description: string) =>
  Type.Integer({ description, minimum: 1, maximum: 65535 });

/** A duration as Gateway API writes it (GEP-2257), such as `10s` or `1h30m`. */
export const duration = (description: string) =>
  Type.String({ description, pattern: '^([0-9]{1,5}(h|m|s|ms)){1,4}$' });
