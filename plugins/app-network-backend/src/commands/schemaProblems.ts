import {
  customResourceDefinitions,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import Ajv, { type ErrorObject, type ValidateFunction } from 'ajv';

type Schema = Record<string, unknown>;

/**
 * What the schema of its CustomResourceDefinition has against an object of a kind of this project, unknown fields included. The rules in CEL
 * are left to the API server.
 */
export function schemaProblems(object: KubernetesObject): string[] {
  const validate = validators().get(object.kind);
  if (!validate) {
    return [];
  }
  validate(object);
  return (validate.errors ?? []).map(error => message(error, object));
}

let compiled: Map<string, ValidateFunction> | undefined;

function validators(): Map<string, ValidateFunction> {
  if (!compiled) {
    // `format` says what a value is; of the spec's fields none is checked by it.
    const ajv = new Ajv({
      allErrors: true,
      strict: false,
      verbose: true,
      validateFormats: false,
    });
    compiled = new Map(
      customResourceDefinitions().map(({ spec }) => {
        const { names, versions } = spec as {
          names: { kind: string };
          versions: { schema: { openAPIV3Schema: Schema } }[];
        };
        const [version] = versions;
        return [
          names.kind,
          ajv.compile(closed(version?.schema.openAPIV3Schema ?? {})),
        ];
      }),
    );
  }
  return compiled;
}

/** A schema in which an object has no other fields than those that are named, as the API server reads it. */
function closed(schema: Schema): Schema {
  const properties = Object.entries(
    (schema.properties ?? {}) as Record<string, Schema>,
  ).map(([name, property]) => [name, closed(property)]);
  return {
    ...schema,
    ...(properties.length > 0
      ? {
          properties: Object.fromEntries(properties),
          additionalProperties: false,
        }
      : {}),
    ...(schema.items ? { items: closed(schema.items as Schema) } : {}),
  };
}

function message(
  { instancePath, keyword, params, message: text, data }: ErrorObject,
  { kind, metadata }: KubernetesObject,
): string {
  const path = [
    ...instancePath.split('/').slice(1),
    ...(keyword === 'additionalProperties' ? [params.additionalProperty] : []),
  ];
  const field = path.reduce((before: string, part: string) =>
    /^\d+$/.test(part) ? `${before}[${part}]` : `${before}.${part}`,
  );
  const where = `${kind} ${metadata.namespace ? `${metadata.namespace}/` : ''}${
    metadata.name
  }, ${field}`;
  if (keyword === 'additionalProperties') {
    return `${where}: there is no such field`;
  }
  return `${where}: found ${JSON.stringify(data)}, ${
    keyword === 'enum'
      ? `expected one of ${(params.allowedValues as string[]).join(', ')}`
      : text
  }`;
}
