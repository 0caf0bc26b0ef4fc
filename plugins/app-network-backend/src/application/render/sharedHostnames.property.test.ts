import {
  API_VERSION,
  type AppNetwork,
  type AppNetworkRouteMatch,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { syncedInformer } from '../../engine/testing/syncedInformer';
import { APP_NETWORK } from '../../kinds';
import { hostnameInput } from '../hostnameInput';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { render } from './render';
import { compareMatches, normalized } from './routes';
import type { Rendered, Service } from './types';

const NAMES = ['one', 'two', 'three'];
const HOSTNAMES = ['a.example.com', 'b.example.com', 'c.example.com'];
const PATHS = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/ab'];

/** Each AppNetwork has a Service for those without a token, and one for those with. */
const services: Service[] = NAMES.flatMap(app =>
  ['open', 'guarded'].map(what => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `${what}-${app}`, namespace: 'shop' },
    spec: { selector: { app }, ports: [{ port: 8080 }] },
  })),
);

interface Written {
  match: AppNetworkRouteMatch;
  guarded: boolean;
}

const written: fc.Arbitrary<Written> = fc.record({
  match: fc.record(
    {
      path: fc.record({
        type: fc.constantFrom('Exact', 'PathPrefix', 'RegularExpression'),
        value: fc.constantFrom(...PATHS, '/(a|b)/.*'),
      }),
      method: fc.constantFrom('GET', 'POST'),
    },
    { requiredKeys: [] },
  ),
  guarded: fc.boolean(),
});

const appNetworks: fc.Arbitrary<AppNetwork[]> = fc
  .tuple(
    ...NAMES.map(name =>
      fc.record({
        name: fc.constant(name),
        hostnames: fc.subarray(HOSTNAMES, { minLength: 1 }),
        rules: fc.array(written, { minLength: 1, maxLength: 3 }),
        second: fc.integer({ min: 0, max: 2 }),
      }),
    ),
  )
  .map(all =>
    all.map(({ name, hostnames, rules, second }) => ({
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      metadata: {
        name,
        namespace: 'shop',
        creationTimestamp: `2026-01-01T00:00:0${second}Z`,
      },
      spec: {
        selector: { matchLabels: { app: name } },
        hostnames,
        jwtRules: [{ issuer: 'https://issuer.example.com' }],
        rules: rules.map(({ match, guarded }) => ({
          matches: [match],
          backendRefs: [{ name: `${guarded ? 'guarded' : 'open'}-${name}` }],
          ...(guarded
            ? { authentication: [{ requestPrincipals: ['*'] }] }
            : {}),
        })),
      },
    })),
  );

interface HttpRoute {
  match?: {
    uri?: { exact?: string; prefix?: string; regex?: string };
    method?: { exact: string };
    headers?: object;
    port?: number;
  }[];
  route?: { destination: { host: string } }[];
}

interface VirtualService extends KubernetesObject {
  spec: { hosts: string[]; gateways: string[]; http: HttpRoute[] };
}

function renderAll(all: readonly AppNetwork[]): Rendered[] {
  return all.map(given =>
    render(given, DEFAULT_FACTS, {
      services,
      ...hostnameInput(given, syncedInformer(APP_NETWORK, all), DEFAULT_FACTS),
    }),
  );
}

function virtualServices(rendered: readonly Rendered[]): VirtualService[] {
  return rendered
    .flatMap(({ objects }) => objects)
    .filter(
      (object): object is VirtualService => object.kind === 'VirtualService',
    );
}

/** Where Envoy sends a request: the first route that matches. */
function destination(
  routes: readonly HttpRoute[],
  request: { path: string; method: string; token: boolean },
): string | undefined {
  const taken = routes.find(({ match = [] }) =>
    match.some(
      ({ uri = {}, headers, method, port = 443 }) =>
        port === 443 &&
        (!headers || request.token) &&
        (!method || method.exact === request.method) &&
        (uri.exact === request.path ||
          (uri.prefix !== undefined && request.path.startsWith(uri.prefix)) ||
          (uri.regex !== undefined &&
            new RegExp(`^(?:${uri.regex})$`).test(request.path))),
    ),
  );
  return taken?.route?.[0]?.destination.host.split('.')[0];
}

/** Whether a match is for a request, as the schema describes matches. */
function matches(
  { path, method }: AppNetworkRouteMatch,
  request: { path: string; method: string },
): boolean {
  const value = path?.value ?? '/';
  const below = value.endsWith('/') ? value : `${value}/`;
  const isPath = {
    Exact: request.path === value,
    PathPrefix: request.path.startsWith(below) || `${request.path}/` === below,
    RegularExpression:
      path?.type === 'RegularExpression' &&
      new RegExp(`^(?:${value})$`).test(request.path),
  }[path?.type ?? 'PathPrefix'];
  return isPath && (!method || method === request.method);
}

const request = fc.record({
  path: fc.constantFrom(...PATHS, '/a/b/', '/a/x', '/b/x', '/x', '//a'),
  method: fc.constantFrom('GET', 'POST'),
  token: fc.boolean(),
});

describe('A hostname of several AppNetworks', () => {
  it('has one Gateway and one VirtualService, of the one that holds it', () => {
    fc.assert(
      fc.property(appNetworks, all => {
        const rendered = renderAll(all);
        const hosts = virtualServices(rendered).flatMap(
          ({ spec }) => spec.hosts,
        );
        expect(hosts.length).toBe(new Set(hosts).size);
        const names = rendered
          .flatMap(({ objects }) => objects)
          .map(
            ({ kind, metadata }) =>
              `${kind} ${metadata.namespace}/${metadata.name}`,
          );
        expect(names.length).toBe(new Set(names).size);
      }),
      { numRuns: 200 },
    );
  });

  it('leads each request to the AppNetwork whose match for it is the most specific, and to no other hostname', () => {
    fc.assert(
      fc.property(
        appNetworks,
        request,
        fc.constantFrom(...HOSTNAMES),
        (all, asked, hostname) => {
          const rendered = renderAll(all);
          const serving = all.filter((_, index) =>
            rendered[index]?.hostnames.includes(hostname),
          );
          const routes =
            virtualServices(rendered).find(({ spec }) =>
              spec.hosts.includes(hostname),
            )?.spec.http ?? [];
          const [best] = serving
            .flatMap(({ metadata, spec = {} }) =>
              (spec.rules ?? []).map(rule => ({
                name: metadata.name,
                match: normalized(rule.matches?.[0] ?? {}),
                guarded: rule.authentication !== undefined,
              })),
            )
            .filter(({ match }) => matches(match, asked))
            .sort(
              (one, other) =>
                compareMatches(one.match, other.match) ||
                Number(other.guarded) - Number(one.guarded),
            );
          const refused = best?.guarded && !asked.token;
          const expected =
            best && !refused
              ? `${best.guarded ? 'guarded' : 'open'}-${best.name}`
              : undefined;
          const isRefusedPath =
            asked.path.startsWith('//') &&
            serving.some(({ spec }) =>
              spec?.rules?.some(({ authentication }) => authentication),
            );
          expect(destination(routes, asked)).toBe(
            isRefusedPath ? undefined : expected,
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('leads nobody without a token to what is for those with one', () => {
    fc.assert(
      fc.property(appNetworks, request, (all, asked) => {
        for (const { spec } of virtualServices(renderAll(all))) {
          expect(
            destination(spec.http, { ...asked, token: false }) ?? '',
          ).not.toMatch(/^guarded-/);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('is shared in many of these cases, so that they tell something', () => {
    const shared = fc
      .sample(appNetworks, { numRuns: 100, seed: 1 })
      .filter(all =>
        renderAll(all).some(({ sharedHostnames }) => sharedHostnames),
      );
    expect(shared.length).toBeGreaterThan(30);
  });
});
