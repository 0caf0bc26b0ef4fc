import {
  customResourceDefinitions,
  type AppNetwork,
} from '@app-network/backstage-plugin-app-network-common';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import fc from 'fast-check';
import { schemaProblems } from '../../commands/schemaProblems';
import { anyAppNetwork, inputOfAny } from '../__testUtils__/anyAppNetwork';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { certificateName } from './certificate';
import { render } from './render';
import type { RenderInput } from './types';

/** Exposed in every way, with tokens and without. */
const exposed: fc.Arbitrary<AppNetwork> = anyAppNetwork.map(given => ({
  ...given,
  spec: { ...given.spec, expose: true },
}));

const facts = {
  ...DEFAULT_FACTS,
  scrapers: [
    { namespace: 'monitoring', selector: { app: 'prometheus' } },
    { namespace: 'metrics', selector: { app: 'agent' } },
  ],
};

let input: RenderInput;

beforeAll(async () => {
  input = await inputOfAny();
});

/** Lists in which the order says something; of rules it does only where two are for the same requests. */
const ORDERED = ['rules', 'backendRefs', 'fromHeaders'];

/** The same with every list that has no order turned round. */
function reversed<T>(value: T, field = ''): T {
  if (Array.isArray(value)) {
    const items = value.map(item => reversed<unknown>(item));
    return (ORDERED.includes(field) ? items : items.toReversed()) as T;
  }
  return typeof value === 'object' && value !== null
    ? (Object.fromEntries(
        Object.entries(value).map(([name, content]) => [
          name,
          reversed(content, name),
        ]),
      ) as T)
    : value;
}

/** The schema of an AppNetwork's spec. */
function specSchema(): Schema {
  const definition = customResourceDefinitions().find(
    ({ metadata }) => metadata.name === 'appnetworks.app-network.io',
  );
  const { versions = [] } = (definition?.spec ?? {}) as {
    versions?: { schema: { openAPIV3Schema: Schema } }[];
  };
  return versions[0]?.schema.openAPIV3Schema.properties?.spec ?? {};
}

/** Paths of all fields of a schema, such as `rules[].matches[].path`. */
function fieldsOf(schema: Schema, path: string): string[] {
  if (schema.items) {
    return fieldsOf(schema.items, `${path}[]`);
  }
  const fields = Object.entries(schema.properties ?? {});
  return fields.length > 0
    ? fields.flatMap(([name, field]) => fieldsOf(field, `${path}.${name}`))
    : [path];
}

interface Schema {
  properties?: Record<string, Schema>;
  items?: Schema;
}

/** The same of a value. */
function pathsOf(value: unknown, path: string): string[] {
  if (Array.isArray(value)) {
    return value.flatMap(item => pathsOf(item, `${path}[]`));
  }
  return [
    path,
    ...(typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, field]) =>
          pathsOf(field, `${path}.${name}`),
        )
      : []),
  ];
}

describe('anyAppNetwork', () => {
  const sample = fc.sample(anyAppNetwork, { numRuns: 500, seed: 1 });

  it('has each field of the spec now and then', () => {
    const seen = new Set(sample.flatMap(({ spec }) => pathsOf(spec, 'spec')));
    expect(
      fieldsOf(specSchema(), 'spec').filter(field => !seen.has(field)),
    ).toEqual([]);
  });

  it('is what the schema takes', () => {
    expect(sample.flatMap(schemaProblems)).toEqual([]);
  });
});

describe('render', () => {
  it('gives the same for the same', () => {
    fc.assert(
      fc.property(anyAppNetwork, given => {
        const before = structuredClone(given);
        const once = render(given, facts, input);
        expect(render(given, facts, input)).toEqual(once);
        expect(given).toEqual(before);
      }),
    );
  });

  it('does not depend on the order of lists that have none', () => {
    fc.assert(
      fc.property(anyAppNetwork, given => {
        const one = render(given, facts, input);
        const other = render(
          reversed(given),
          { ...facts, scrapers: facts.scrapers.toReversed() },
          {
            ...input,
            services: input.services.toReversed(),
            serviceAccounts: input.serviceAccounts?.toReversed(),
          },
        );
        expect(JSON.stringify(other.objects)).toBe(JSON.stringify(one.objects));
        expect(other.routes).toEqual(one.routes);
      }),
    );
  });

  it('orders routes the same, whatever the order of the rules', () => {
    fc.assert(
      fc.property(anyAppNetwork, given => {
        const one = render(given, facts, input);
        fc.pre(!one.problems.some(({ reason }) => reason === 'DuplicateMatch'));
        const other = render(
          {
            ...given,
            spec: { ...given.spec, rules: given.spec?.rules?.toReversed() },
          },
          facts,
          input,
        );
        expect(JSON.stringify(other.objects)).toBe(JSON.stringify(one.objects));
      }),
    );
  });

  it('serves nothing at port 80 but a redirect to HTTPS for every path', () => {
    fc.assert(
      fc.property(exposed, given => {
        const routes = virtualServiceOf(given)?.http ?? [];
        fc.pre(routes.length > 0);
        const atPort80 = routes.flatMap(
          ({ match: matches = [{}], ...action }) =>
            matches
              .filter(({ port = 80 }) => port === 80)
              .map(({ port: _port, ...rest }) => ({ match: rest, ...action })),
        );
        expect(atPort80).toEqual([
          { match: {}, redirect: { scheme: 'https' } },
        ]);
      }),
    );
  });

  it('has an object of a kind and name once', () => {
    fc.assert(
      fc.property(anyAppNetwork, given => {
        const names = render(given, facts, input).objects.map(
          ({ kind, metadata }) =>
            `${kind} ${metadata.namespace}/${metadata.name}`,
        );
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

describe('certificateName', () => {
  it('is never that of another AppNetwork, wherever namespace and name are parted', () => {
    const parted = fc
      .record({
        parts: fc.array(fc.constantFrom('a', 'b'), {
          minLength: 3,
          maxLength: 4,
        }),
        at: fc.tuple(
          fc.integer({ min: 1, max: 2 }),
          fc.integer({ min: 1, max: 2 }),
        ),
        joints: fc.tuple(fc.constantFrom('-', '.'), fc.constantFrom('-', '.')),
      })
      .map(({ parts, at, joints }) =>
        at.map((position, index) => ({
          namespace: parts.slice(0, position).join('-'),
          name: parts.slice(position).join(joints[index]),
        })),
      );
    fc.assert(
      fc.property(parted, ([one, other]) => {
        fc.pre(one !== undefined && other !== undefined);
        fc.pre(one.namespace !== other.namespace || one.name !== other.name);
        expect(nameOf(one)).not.toBe(nameOf(other));
      }),
      { numRuns: 1_000 },
    );
  });
});

function virtualServiceOf(
  given: AppNetwork,
): IVirtualService['spec'] | undefined {
  const found = render(given, facts, input).objects.find(
    ({ kind }) => kind === 'VirtualService',
  );
  return (found as IVirtualService | undefined)?.spec;
}

function nameOf(metadata: { namespace: string; name: string }): string {
  return certificateName({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata,
  });
}
