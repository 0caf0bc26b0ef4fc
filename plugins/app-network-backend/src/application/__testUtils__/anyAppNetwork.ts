import { generateKeyPairSync } from 'node:crypto';
import type {
  AppNetwork,
  AppNetworkJwtRule,
  AppNetworkRule,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { createAuthority } from '../../admission/certificates';
import type { RenderInput, Secret, Service } from '../render/types';

const PORTS = [8080, 8081, 9090];
const HOSTNAMES = ['a.example.com', 'b.example.com', '*.c.example.com'];
const ISSUERS = ['https://issuer.example.com', 'https://other.example.com'];

/** Services of its namespace, the first of them its own. */
const services: Service[] = ['one', 'two', 'three'].map(name => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: {
    selector: { app: name === 'one' ? 'shop' : name },
    ports: PORTS.map(port => ({ port })),
  },
}));

/** What an {@link anyAppNetwork} is rendered with, a certificate of its own among it. */
export async function inputOfAny(): Promise<RenderInput> {
  const made = await createAuthority(new Date(), 60 * 60_000);
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  return {
    services,
    serviceAccounts: ['a', 'b'],
    certificateSecret: {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'my-cert', namespace: 'shop' },
      type: 'kubernetes.io/tls',
      data: {
        'tls.crt': base64(made.certificate),
        'tls.key': base64(made.key),
      },
    },
  };
}

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const JWKS = JSON.stringify({
  keys: [publicKey.export({ format: 'jwk' })],
});

const match: fc.Arbitrary<NonNullable<AppNetworkRule['matches']>[number]> =
  fc.record(
    {
      path: fc.oneof(
        fc.record(
          {
            type: fc.constantFrom('Exact' as const, 'PathPrefix' as const),
            value: fc.constantFrom('/', '/a', '/a/', '/a/b', '/b', '/longer'),
          },
          { requiredKeys: [] },
        ),
        fc.record({
          type: fc.constant('RegularExpression' as const),
          value: fc.constantFrom('/a', '/v[0-9]+', '/(a|b)/.*'),
        }),
      ),
      method: fc.constantFrom('GET', 'POST'),
      headers: fc.uniqueArray(
        fc.record(
          {
            type: fc.constantFrom('Exact', 'RegularExpression'),
            name: fc.constantFrom('X-A', 'x-b', 'X-C'),
            value: fc.constantFrom('1', '2'),
          },
          { requiredKeys: ['name', 'value'] },
        ),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );

const condition = fc.record(
  {
    key: fc.constantFrom(
      'request.auth.claims[role]',
      'request.auth.claims[realm][roles]',
      'request.auth.audiences',
      'request.headers[x-b]',
    ),
    values: fc.subarray(['admin', 'shop-*', '*-web'], { minLength: 1 }),
    notValues: fc.subarray(['guest', '*'], { minLength: 1 }),
  },
  { requiredKeys: ['key'] },
);

const authentication: fc.Arbitrary<
  NonNullable<AppNetworkRule['authentication']>
> = fc.array(
  fc.record(
    {
      requestPrincipals: fc.subarray(
        ['*', ...ISSUERS.map(issuer => `${issuer}/*`), `${ISSUERS[0]}/me`],
        { minLength: 1 },
      ),
      when: fc.array(condition, { maxLength: 2 }),
    },
    { requiredKeys: ['requestPrincipals'] },
  ),
  { maxLength: 2 },
);

const rule: fc.Arbitrary<AppNetworkRule> = fc.record(
  {
    matches: fc.array(match, { minLength: 1, maxLength: 3 }),
    backendRefs: fc.array(
      fc.record(
        {
          name: fc.constantFrom('one', 'two', 'three', 'missing'),
          port: fc.constantFrom(...PORTS),
          weight: fc.nat({ max: 3 }),
        },
        { requiredKeys: ['name', 'port'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
    sessionPersistence: fc.record(
      {
        sessionName: fc.constantFrom('sid', 'cart'),
        path: fc.constantFrom('/', '/a'),
        absoluteTimeout: fc.constantFrom('1h', '30m'),
      },
      { requiredKeys: ['sessionName'] },
    ),
    timeouts: fc.record({ request: fc.constantFrom('0s', '1m30s') }),
    retry: fc.record(
      {
        attempts: fc.nat({ max: 3 }),
        codes: fc.subarray([409, 502, 503]),
      },
      { requiredKeys: ['attempts'] },
    ),
    authentication,
  },
  { requiredKeys: ['backendRefs'] },
);

const jwtRule: fc.Arbitrary<AppNetworkJwtRule> = fc
  .record(
    {
      issuer: fc.constantFrom(...ISSUERS),
      audiences: fc.subarray(['shop', 'cart'], { minLength: 1 }),
      jwks: fc.constant(JWKS),
      jwksUri: fc.constant('https://keys.example.com/jwks'),
      fromHeaders: fc.uniqueArray(
        fc.record(
          {
            name: fc.constantFrom('x-token', 'X-Other'),
            prefix: fc.constant('Token '),
          },
          { requiredKeys: ['name'] },
        ),
        { selector: ({ name }) => name, minLength: 1 },
      ),
    },
    { requiredKeys: ['issuer'] },
  )
  // Keys are either here or at a URI.
  .map(({ jwks, jwksUri, ...rest }) => ({
    ...rest,
    ...(jwks ? { jwks } : jwksUri && { jwksUri }),
  }));

const tls: fc.Arbitrary<NonNullable<AppNetworkSpec['tls']>> = fc.oneof(
  fc.constant({}),
  fc.constant({ mode: 'Passthrough' as const }),
  fc.record({
    mode: fc.constant('Terminate' as const),
    certificateRef: fc.record({ name: fc.constant('my-cert') }),
  }),
  fc.record({
    issuerRef: fc.record(
      {
        name: fc.constant('letsencrypt'),
        kind: fc.constantFrom('ClusterIssuer', 'Issuer'),
        group: fc.constant('cert-manager.io'),
      },
      { requiredKeys: ['name'] },
    ),
  }),
);

/** Any spec that the API server takes, with each field of it now and then. */
export const anySpec: fc.Arbitrary<AppNetworkSpec> = fc
  .record(
    {
      selector: fc.constantFrom<NonNullable<AppNetworkSpec['selector']>>(
        { matchLabels: { app: 'shop', tier: 'web' } },
        {},
      ),
      hostnames: fc.subarray(HOSTNAMES),
      expose: fc.constantFrom(true, true, false),
      tls,
      rules: fc.array(rule, { maxLength: 4 }),
      jwtRules: fc.uniqueArray(jwtRule, {
        selector: ({ issuer }) => issuer,
        maxLength: 2,
      }),
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
        fc.record(
          {
            host: fc.constantFrom('api.example.com', 'a-p.i.example.com'),
            port: fc.constantFrom(80, 443),
            protocol: fc.constantFrom('TLS', 'HTTP'),
          },
          { requiredKeys: ['host'] },
        ),
        { selector: ({ host, port = 443 }) => `${host}:${port}`, maxLength: 3 },
      ),
      networkPolicy: fc.record({ enabled: fc.boolean() }),
      dns: fc.record(
        { enabled: fc.boolean(), ttl: fc.constant(60) },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  )
  .map(admissible);

/** A spec without what the rules of the kind refuse, which are in its schema. */
export function admissible(spec: AppNetworkSpec): AppNetworkSpec {
  const isPassthrough = spec.tls?.mode === 'Passthrough';
  const { certificateRef, ...withoutCertificate } = spec.tls ?? {};
  return {
    ...spec,
    ...(spec.tls && !spec.hostnames?.length && { tls: withoutCertificate }),
    ...(spec.rules && {
      rules: spec.rules.map(({ matches, authentication: asked, ...rest }) => ({
        ...rest,
        ...(matches && !isPassthrough && { matches }),
        ...(asked && !isPassthrough && { authentication: asked }),
      })),
    }),
    ...(spec.egress && {
      egress: spec.egress.map(({ protocol, ...entry }) => ({
        ...entry,
        ...(protocol &&
          !(protocol === 'HTTP' && (entry.port ?? 443) === 443) && {
            protocol,
          }),
      })),
    }),
  };
}

/** Any AppNetwork that the API server takes, of the namespace shop. */
export const anyAppNetwork: fc.Arbitrary<AppNetwork> = fc.record({
  apiVersion: fc.constant('app-network.io/v1alpha1'),
  kind: fc.constant('AppNetwork'),
  metadata: fc.record({
    name: fc.constantFrom('shop', 'shop', 'shop.v2', `shop.${'x'.repeat(58)}`),
    namespace: fc.constant('shop'),
  }),
  spec: anySpec,
});

/** What an AppNetwork is rendered with where others of its namespace serve its hostnames too. */
export function amongOthers(
  appNetwork: AppNetwork,
  input: RenderInput,
): RenderInput {
  const other: AppNetwork = {
    apiVersion: 'app-network.io/v1alpha1',
    kind: 'AppNetwork',
    metadata: { name: 'other', namespace: 'shop' },
    spec: {
      hostnames: HOSTNAMES,
      rules: [{ matches: [{ path: { value: '/other' } }] }],
    },
  };
  return {
    ...input,
    sharedHostnames: [
      {
        hostname: 'a.example.com',
        members: [{ appNetwork }, { appNetwork: other }],
      },
      {
        hostname: 'b.example.com',
        members: [{ appNetwork: other }, { appNetwork }],
      },
    ],
    takenOverHostnames: ['a.example.com'],
    hostnamesOfOthers: ['other.c.example.com'],
    neighbours: [other],
    issuedSecret: input.certificateSecret as Secret,
  };
}
