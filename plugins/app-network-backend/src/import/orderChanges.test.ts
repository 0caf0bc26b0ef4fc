import type { AppNetworkRouteMatch } from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { compareMatches, normalized } from '../application/render/routes';
import { listOrderChanges } from './orderChanges';
import type { ImportedRule } from './types';

interface Request {
  path: string;
  method: string;
  headers: Record<string, string>;
}

const PATHS = ['/', '/a', '/a/b', '/ab', '/c'];

const match: fc.Arbitrary<AppNetworkRouteMatch> = fc.record(
  {
    path: fc.oneof(
      fc.record({
        type: fc.constantFrom('Exact' as const, 'PathPrefix' as const),
        value: fc.constantFrom(...PATHS),
      }),
      fc.record({
        type: fc.constant('RegularExpression' as const),
        value: fc.constantFrom('/a.*', '/[ac]', '.*'),
      }),
    ),
    method: fc.constantFrom('GET', 'POST'),
    headers: fc.array(
      fc.record({
        type: fc.constantFrom('Exact', 'RegularExpression'),
        name: fc.constantFrom('x-a', 'x-b'),
        value: fc.constantFrom('1', '2'),
      }),
      { maxLength: 1 },
    ),
  },
  { requiredKeys: [] },
);

const rules = fc.array(match, { minLength: 2, maxLength: 4 }).map(matches =>
  matches.map(
    (one, index): ImportedRule => ({
      match: one,
      backendRefs: [{ name: `service-${index}` }],
    }),
  ),
);

const REQUESTS: Request[] = PATHS.flatMap(path =>
  ['GET', 'POST'].flatMap(method =>
    ['1', '2', undefined].flatMap(a =>
      ['1', '2', undefined].map(b => ({
        path,
        method,
        headers: { ...(a && { 'x-a': a }), ...(b && { 'x-b': b }) },
      })),
    ),
  ),
);

function takes({ match: given }: ImportedRule, request: Request): boolean {
  const { path, method, headers = [] } = normalized(given);
  return (
    takesPath(path, request.path) &&
    (!method || method === request.method) &&
    headers.every(({ name, value }) => request.headers[name] === value)
  );
}

function takesPath(path: AppNetworkRouteMatch['path'], asked: string): boolean {
  const value = path?.value ?? '';
  switch (path?.type) {
    case 'Exact':
      return asked === value;
    case 'RegularExpression':
      return new RegExp(`^(?:${value})$`).test(asked);
    default:
      return asked === value || asked.startsWith(`${value}/`);
  }
}

function changesOf(given: ImportedRule[]): unknown[] {
  const changes: unknown[] = [];
  listOrderChanges(
    {
      objects: [],
      facts: undefined,
      note: (_object, _field, value) => changes.push(value),
    },
    { apiVersion: 'v1', kind: 'Test', metadata: { name: 'test' } },
    given.map((rule, index) => ({ field: `rules[${index}]`, rule })),
  );
  return changes;
}

describe('listOrderChanges', () => {
  it('lists something wherever a request would be answered by another backend', () => {
    fc.assert(
      fc.property(rules, given => {
        fc.pre(changesOf(given).length === 0);
        const sorted = given.toSorted((one, other) =>
          compareMatches(normalized(one.match), normalized(other.match)),
        );
        for (const request of REQUESTS) {
          expect(sorted.find(rule => takes(rule, request))).toBe(
            given.find(rule => takes(rule, request)),
          );
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('lists nothing where rules are written in the order in which they are tried', () => {
    fc.assert(
      fc.property(rules, given => {
        const sorted = given.toSorted((one, other) =>
          compareMatches(normalized(one.match), normalized(other.match)),
        );
        expect(changesOf(sorted)).toEqual([]);
      }),
    );
  });

  it('lists nothing where no request matches both', () => {
    const rule = (value: string, name: string): ImportedRule => ({
      match: { path: { type: 'Exact', value } },
      backendRefs: [{ name }],
    });
    const regex: ImportedRule = {
      match: { path: { type: 'RegularExpression', value: '/b/.*' } },
      backendRefs: [{ name: 'b' }],
    };
    expect(changesOf([regex, rule('/a', 'a')])).toEqual([]);
    expect(changesOf([regex, rule('/b/1', 'a')])).toHaveLength(1);
    expect(changesOf([regex, rule('/b/1', 'b')])).toEqual([]);
  });
});
