import { customResourceDefinitions } from './customResourceDefinitions';

type Schema = Record<string, unknown>;

/** Every schema in a schema, with its path. */
function* walk(schema: Schema, path = ''): Generator<[string, Schema]> {
  yield [path, schema];
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  for (const [name, property] of Object.entries(properties)) {
    yield* walk(property, `${path}.${name}`);
  }
  for (const nested of ['items', 'additionalProperties']) {
    const inner = schema[nested];
    if (typeof inner === 'object' && inner !== null) {
      yield* walk(inner as Schema, `${path}[]`);
    }
  }
}

describe.each(
  customResourceDefinitions().map(crd => [crd.metadata.name, crd] as const),
)('%s', (_, crd) => {
  const [version] = crd.spec.versions as Array<{
    schema: { openAPIV3Schema: Schema };
  }>;
  const schemas = [...walk(version.schema.openAPIV3Schema)];

  it('is a structural schema: each value has a type, none a keyword that CRDs refuse', () => {
    const refused = ['anyOf', 'const', 'patternProperties', '$ref', '$id'];
    const found = schemas.filter(
      ([, schema]) => !schema.type || refused.some(word => word in schema),
    );
    expect(found.map(([path]) => path)).toEqual([]);
  });

  it('bounds every list of the spec that a CEL rule could walk, so that the cost stays within the limit of the API server', () => {
    const unbounded = schemas.filter(
      ([path, schema]) =>
        path.startsWith('.spec') &&
        schema.type === 'array' &&
        schema.maxItems === undefined,
    );
    expect(unbounded.map(([path]) => path)).toEqual([]);
  });

  it('says what each part of the spec is for', () => {
    const silent = schemas.filter(
      ([path, schema]) =>
        /^\.spec\.[a-zA-Z]+$/.test(path) && !schema.description,
    );
    expect(silent.map(([path]) => path)).toEqual([]);
  });
});
