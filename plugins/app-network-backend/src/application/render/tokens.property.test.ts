import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { DEFAULT_FACTS } from '../testing/renderCases';
import { render } from './render';
import type { Service } from './types';

const ISSUER = 'https://issuer.example.com';
const PATHS = ['/', '/a', '/a/', '/a/b', '/a/b/c', '/ab', '/b'];

/** For those without a token, and for those with one. */
const services: Service[] = ['open', 'guarded'].map(name => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: name }, ports: [{ port: 8080 }] },
}));

const rule = fc
  .record({
    guarded: fc.boolean(),
    matches: fc.array(
      fc.record(
        {
          path: fc.record({
            type: fc.constantFrom('Exact', 'PathPrefix', 'RegularExpression'),
            value: fc.constantFrom(...PATHS, '/(a|b)', '/(?=a)'),
          }),
          method: fc.constantFrom('GET', 'POST'),
        },
        { requiredKeys: ['path'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  })
  .map(({ guarded, matches }) => ({
    matches,
    backendRefs: [{ name: guarded ? 'guarded' : 'open', port: 8080 }],
    ...(guarded ? { authentication: [{ requestPrincipals: ['*'] }] } : {}),
  }));

interface HttpRoute {
  match: {
    port: number;
    uri?: { exact?: string; prefix?: string; regex?: string };
    method?: { exact: string };
    headers?: object;
  }[];
  route?: { destination: { host: string } }[];
}

/** Where Envoy sends a request without token or headers: the first route that matches. */
function destination(routes: HttpRoute[], path: string, method: string) {
  const taken = routes.find(({ match }) =>
    match.some(
      ({ port, uri = {}, headers, method: wanted }) =>
        port === 443 &&
        !headers &&
        (!wanted || wanted.exact === method) &&
        (uri.exact === path ||
          (uri.prefix !== undefined && path.startsWith(uri.prefix)) ||
          (uri.regex !== undefined &&
            new RegExp(`^(?:${uri.regex})$`).test(path))),
    ),
  );
  return taken?.route?.[0]?.destination.host;
}

describe('render', () => {
  it('leads nobody without a token to what is for those with one', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...PATHS, '/a/b/', '//a', '/a;x'),
        fc.constantFrom('GET', 'POST'),
        (rules, path, method) => {
          const appNetwork = {
            apiVersion: 'app-network.io/v1alpha1',
            kind: 'AppNetwork',
            metadata: { name: 'shop', namespace: 'shop' },
            spec: { jwtRules: [{ issuer: ISSUER }], rules },
          } as AppNetwork;
          const { objects } = render(appNetwork, DEFAULT_FACTS, { services });
          const routes = objects
            .filter(({ kind }) => kind === 'VirtualService')
            .flatMap(
              object =>
                (object as unknown as { spec: { http: HttpRoute[] } }).spec
                  .http,
            );
          fc.pre(routes.length > 0);
          expect(destination(routes, path, method) ?? '').not.toMatch(
            /^guarded\./,
          );
        },
      ),
      { numRuns: 300 },
    );
  });
});
