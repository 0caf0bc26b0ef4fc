import type {
  AppNetwork,
  AppNetworkRule,
} from '@app-network/backstage-plugin-app-network-common';
import type { IVirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import fc from 'fast-check';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { certificateName } from './certificate';
import { render } from './render';
import type { Service } from './types';

const PORTS = [8080, 8081, 9090];
const HOSTNAMES = ['a.example.com', 'b.example.com', '*.c.example.com'];

const services: Service[] = ['one', 'two', 'three'].map(name => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: { app: name === 'one' ? 'shop' : name },
    ports: PORTS.map(port => ({ port })),
  },
}));

const match: fc.Arbitrary<NonNullable<AppNetworkRule['matches']>[number]> =
  fc.record(
    {
      path: fc.record({
        type: fc.constantFrom('Exact', 'PathPrefix', 'RegularExpression'),
        value: fc.constantFrom('/', '/a', '/a/', '/a/b', '/b', '/longer'),
      }),
      method: fc.constantFrom('GET', 'POST'),
      headers: fc.uniqueArray(
        fc.record({
          type: fc.constantFrom('Exact', 'RegularExpression'),
          name: fc.constantFrom('X-A', 'x-b', 'X-C'),
          value: fc.constantFrom('1', '2'),
        }),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );

const rule: fc.Arbitrary<AppNetworkRule> = fc.record(
  {
    matches: fc.array(match, { minLength: 1, maxLength: 3 }),
    backendRefs: fc.array(
      fc.record({
        name: fc.constantFrom('one', 'two', 'three', 'missing'),
        port: fc.constantFrom(...PORTS),
        weight: fc.nat({ max: 3 }),
      }),
      { minLength: 1, maxLength: 3 },
    ),
    sessionPersistence: fc.record({
      sessionName: fc.constantFrom('sid', 'cart'),
    }),
    timeouts: fc.record({ request: fc.constantFrom('0s', '1m30s') }),
  },
  { requiredKeys: ['backendRefs'] },
);

const appNetwork: fc.Arbitrary<AppNetwork> = fc
  .record(
    {
      selector: fc.constant({ matchLabels: { app: 'shop', tier: 'web' } }),
      hostnames: fc.subarray(HOSTNAMES),
      expose: fc.boolean(),
      rules: fc.array(rule, { maxLength: 4 }),
      mesh: fc.record({
        enabled: fc.boolean(),
        permissivePorts: fc.subarray(PORTS),
      }),
      access: fc.array(
        fc.record(
          {
            namespace: fc.constantFrom('cart', 'monitoring'),
            serviceAccount: fc.constantFrom('cart', 'agent'),
            ports: fc.subarray(PORTS),
          },
          { requiredKeys: ['namespace'] },
        ),
        { maxLength: 4 },
      ),
      egress: fc.uniqueArray(
        fc.record({
          host: fc.constantFrom('api.example.com', 'a-p.i.example.com'),
          port: fc.constantFrom(80, 443),
          protocol: fc.constantFrom('TLS', 'HTTP'),
        }),
        { selector: ({ host, port }) => `${host}:${port}`, maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  )
  .map(spec => ({
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { name: 'shop', namespace: 'shop' },
    spec,
  }));

/** Exposed in every way, with tokens and without. */
const exposed: fc.Arbitrary<AppNetwork> = fc
  .record({
    given: appNetwork,
    mode: fc.constantFrom('Terminate' as const, 'Passthrough' as const),
    asks: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  })
  .map(({ given, mode, asks }) => ({
    ...given,
    spec: {
      ...given.spec,
      expose: true,
      tls: { mode },
      rules: given.spec?.rules?.map((written, index) => ({
        ...written,
        ...(asks[index]
          ? { authentication: [{ requestPrincipals: ['*'] }] }
          : {}),
      })),
    },
  }));

const facts = {
  ...DEFAULT_FACTS,
  scrapers: [
    { namespace: 'monitoring', selector: { app: 'prometheus' } },
    { namespace: 'metrics', selector: { app: 'agent' } },
  ],
};

/** The same AppNetwork with every list that has no order turned round. */
function reversed({ spec = {}, ...rest }: AppNetwork): AppNetwork {
  const { hostnames, mesh, access, egress, rules } = spec;
  return {
    ...rest,
    spec: {
      ...spec,
      ...(hostnames && { hostnames: hostnames.toReversed() }),
      ...(mesh && {
        mesh: {
          ...mesh,
          permissivePorts: mesh.permissivePorts?.toReversed(),
        },
      }),
      ...(access && {
        access: access
          .map(entry => ({ ...entry, ports: entry.ports?.toReversed() }))
          .toReversed(),
      }),
      ...(egress && { egress: egress.toReversed() }),
      ...(rules && {
        rules: rules.map(written => ({
          ...written,
          ...(written.matches && {
            matches: written.matches.map(one => ({
              ...one,
              ...(one.headers && { headers: one.headers.toReversed() }),
            })),
          }),
        })),
      }),
    },
  };
}

describe('render', () => {
  it('gives the same for the same', () => {
    fc.assert(
      fc.property(appNetwork, given => {
        const before = structuredClone(given);
        const once = render(given, facts, { services });
        expect(render(given, facts, { services })).toEqual(once);
        expect(given).toEqual(before);
      }),
    );
  });

  it('does not depend on the order of lists that have none', () => {
    fc.assert(
      fc.property(appNetwork, given => {
        const one = render(given, facts, {
          services,
          serviceAccounts: ['a', 'b'],
        });
        const other = render(
          reversed(given),
          { ...facts, scrapers: facts.scrapers.toReversed() },
          { services: services.toReversed(), serviceAccounts: ['b', 'a'] },
        );
        expect(JSON.stringify(other.objects)).toBe(JSON.stringify(one.objects));
        expect(other.routes).toEqual(one.routes);
      }),
    );
  });

  it('orders routes the same, whatever the order of the rules', () => {
    fc.assert(
      fc.property(appNetwork, given => {
        const one = render(given, facts, { services });
        fc.pre(!one.problems.some(({ reason }) => reason === 'DuplicateMatch'));
        const other = render(
          {
            ...given,
            spec: { ...given.spec, rules: given.spec?.rules?.toReversed() },
          },
          facts,
          { services },
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
      fc.property(appNetwork, given => {
        const names = render(given, facts, { services }).objects.map(
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
  const found = render(given, facts, { services }).objects.find(
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
