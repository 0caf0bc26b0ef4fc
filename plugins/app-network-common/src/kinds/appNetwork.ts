import { Type, type Static } from '@sinclair/typebox';
import {
  addressSchema,
  API_VERSION,
  conditionsSchema,
  issuerRefSchema,
  labelSelectorSchema,
  objectRefSchema,
  type ObjectMeta,
} from './meta';
import {
  celRules,
  duration,
  HOSTNAME_PATTERN,
  labelName,
  objectName,
  oneOf,
  portNumber,
  SERVED_HOSTNAME_PATTERN,
} from './schema';
import {
  celOf,
  COOKIE_NAME_RULES,
  COOKIE_PATH_RULES,
  PATH_RULES,
} from './stringRules';

const HEADER_NAME_PATTERN = "^[A-Za-z0-9!#$%&'*+\\-.^_|~]+$";

const headerMatchSchema = Type.Object({
  type: Type.Optional(
    oneOf(['Exact', 'RegularExpression'], {
      description: 'How the value is compared.',
      default: 'Exact',
    }),
  ),
  name: Type.String({
    description: 'Name of the header; case does not matter.',
    minLength: 1,
    maxLength: 256,
    pattern: HEADER_NAME_PATTERN,
  }),
  value: Type.String({
    description: 'Value, or RE2 expression for it.',
    minLength: 1,
    maxLength: 4096,
  }),
});

const routeMatchSchema = Type.Object(
  {
    path: Type.Optional(
      Type.Object(
        {
          type: Type.Optional(
            oneOf(['Exact', 'PathPrefix', 'RegularExpression'], {
              description:
                'PathPrefix matches whole path segments: /a matches /a and /a/b, not /ab.',
              default: 'PathPrefix',
            }),
          ),
          value: Type.Optional(
            Type.String({
              description: 'Path, or RE2 expression for the whole path.',
              default: '/',
              minLength: 1,
              maxLength: 1024,
            }),
          ),
        },
        {
          description: 'Path of the request; default: every path.',
          ...celRules(
            ...celOf(PATH_RULES, 'path.value', 'self.value').map(checked => ({
              ...checked,
              rule: `self.type == 'RegularExpression' || ${checked.rule}`,
              fieldPath: '.value',
            })),
          ),
        },
      ),
    ),
    method: Type.Optional(
      oneOf(
        [
          'GET',
          'HEAD',
          'POST',
          'PUT',
          'DELETE',
          'CONNECT',
          'OPTIONS',
          'TRACE',
          'PATCH',
        ],
        { description: 'HTTP method; default: any.' },
      ),
    ),
    headers: Type.Optional(
      Type.Array(headerMatchSchema, {
        description: 'Headers that must all match.',
        maxItems: 16,
      }),
    ),
  },
  { description: 'A request matches when all of path, method and headers do.' },
);

const backendRefSchema = Type.Object(
  {
    name: labelName('Service in the namespace of the AppNetwork.'),
    port: Type.Optional(
      portNumber('Port of the Service; may be left out where it has one only.'),
    ),
    weight: Type.Optional(
      Type.Integer({
        description: 'Share of the requests, relative to the other backends.',
        default: 1,
        minimum: 0,
        maximum: 1000000,
      }),
    ),
  },
  { description: 'A Service that answers.' },
);

const ruleSchema = Type.Object(
  {
    matches: Type.Optional(
      Type.Array(routeMatchSchema, {
        description:
          'The rule applies when one of these matches; default: every request.',
        maxItems: 16,
      }),
    ),
    backendRefs: Type.Optional(
      Type.Array(backendRefSchema, {
        description:
          'Where requests go; default: the single Service that selects the pods.',
        maxItems: 16,
      }),
    ),
    sessionPersistence: Type.Optional(
      Type.Object(
        {
          sessionName: Type.String({
            description: 'Name of the cookie.',
            minLength: 1,
            maxLength: 128,
            ...celRules(...celOf(COOKIE_NAME_RULES, 'sessionName')),
          }),
          path: Type.Optional(
            Type.String({
              description: 'Path of the cookie.',
              default: '/',
              maxLength: 1024,
              ...celRules(...celOf(COOKIE_PATH_RULES, 'path')),
            }),
          ),
          absoluteTimeout: Type.Optional(
            duration('Life of the cookie; default: the session.'),
          ),
        },
        {
          description:
            'Cookie affinity to one pod of one of the backends. Where there are several, the cookie chooses one in proportion to their weights, from the second request on and until weights or backends change.',
        },
      ),
    ),
    timeouts: Type.Optional(
      Type.Object({
        request: Type.Optional(duration('For the whole request; 0s is none.')),
      }),
    ),
    retry: Type.Optional(
      Type.Object(
        {
          attempts: Type.Integer({
            description: 'Tries after the first.',
            minimum: 0,
            maximum: 10,
          }),
          codes: Type.Optional(
            Type.Array(Type.Integer({ minimum: 400, maximum: 599 }), {
              description:
                'Status codes after which a request is tried again as well.',
              maxItems: 16,
              'x-kubernetes-list-type': 'set',
            }),
          ),
        },
        {
          description:
            'Tries requests again that got no answer, because the backend could not be connected to or hung up. Default: those alone that no connection was there for, twice.',
        },
      ),
    ),
    authentication: Type.Optional(
      Type.Array(
        Type.Object({
          requestPrincipals: Type.Array(
            Type.String({ minLength: 1, maxLength: 1024 }),
            {
              description:
                'Issuer and subject of the token, `<issuer>/<subject>`, with * at either end; one of them. The issuer is one of `spec.jwtRules`; where that names none, a URL.',
              minItems: 1,
              maxItems: 16,
            },
          ),
          when: Type.Optional(
            Type.Array(
              Type.Object({
                key: Type.String({
                  description:
                    'request.auth.claims[role], request.auth.claims[realm][roles], request.auth.audiences, request.auth.presenter or request.headers[x-a]; of a claim that is a list, one element is enough.',
                  minLength: 1,
                  maxLength: 256,
                }),
                values: Type.Optional(
                  Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
                    description:
                      'One of them, with * at either end; * alone is any.',
                    maxItems: 64,
                  }),
                ),
                notValues: Type.Optional(
                  Type.Array(Type.String({ minLength: 1, maxLength: 1024 }), {
                    description: 'None of them, with * at either end.',
                    maxItems: 64,
                  }),
                ),
              }),
              { description: 'Conditions that must all hold.', maxItems: 16 },
            ),
          ),
        }),
        {
          description:
            'JSON Web Tokens that are let in at the gateway, one of these; default: no token is asked for.',
          maxItems: 16,
        },
      ),
    ),
  },
  { description: 'Which requests go where, and how.' },
);

const egressSchema = Type.Object(
  {
    host: Type.String({
      description: 'Name of the outside host, as the application calls it.',
      minLength: 1,
      maxLength: 253,
      pattern: HOSTNAME_PATTERN,
    }),
    port: Type.Optional(
      Type.Integer({
        description: 'Port of the outside host.',
        default: 443,
        minimum: 1,
        maximum: 65535,
      }),
    ),
    protocol: Type.Optional(
      oneOf(['TLS', 'HTTP'], {
        description:
          'TLS: what the application encrypts by itself, such as HTTPS. HTTP: plaintext HTTP.',
        default: 'TLS',
      }),
    ),
  },
  {
    description: 'An outside host that it calls.',
    ...celRules(
      {
        rule: "!self.host.startsWith('*')",
        message:
          'egress.host cannot be a wildcard: the egress gateway has to look up one name; list each host',
        messageExpression:
          "'egress.host ' + self.host + ' cannot be a wildcard: the egress gateway has to look up one name; list each host'",
        fieldPath: '.host',
      },
      {
        rule: "!self.host.matches('(^|[.])[0-9]+$')",
        message:
          'egress.host must be a name, not an address: calls are told apart by their names; let an address out with a NetworkPolicy and a ServiceEntry of your own',
        messageExpression:
          "'egress.host ' + self.host + ' must be a name, not an address: calls are told apart by their names; let an address out with a NetworkPolicy and a ServiceEntry of your own'",
        fieldPath: '.host',
      },
      {
        rule: "self.host.contains('.') && !self.host.matches('^[^.]+[.][^.]+[.]svc([.]|$)|[.]cluster[.]local$')",
        message:
          'egress.host must be outside of the cluster: Services of the cluster are called without egress, where access of the AppNetwork that is called allows it',
        messageExpression:
          "'egress.host ' + self.host + ' must be outside of the cluster: Services of the cluster are called without egress, where access of the AppNetwork that is called allows it'",
        fieldPath: '.host',
      },
      {
        rule: "self.protocol != 'HTTP' || self.port != 443",
        message:
          'egress.port of protocol HTTP must be said, such as 80: 443, the default, is the port of TLS',
        messageExpression:
          "'egress.port of protocol HTTP to ' + self.host + ' must be said, such as 80: 443, the default, is the port of TLS'",
        fieldPath: '.port',
      },
    ),
  },
);

const jwtRuleSchema = Type.Object(
  {
    issuer: Type.String({
      description: 'Who issues the tokens: their claim iss.',
      minLength: 1,
      maxLength: 512,
    }),
    audiences: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 512 }), {
        description:
          'Whom the tokens must be for where a rule asks for one: one of these in their claim aud; default: anybody.',
        minItems: 1,
        maxItems: 16,
      }),
    ),
    jwksUri: Type.Optional(
      Type.String({
        description:
          "Where Istio gets the issuer's public keys, a JSON Web Key Set (RFC 7517); default: what the issuer's own OpenID configuration says.",
        pattern: '^https?://[^/ ]+(/[^ ]*)?$',
        maxLength: 2048,
      }),
    ),
    jwks: Type.Optional(
      Type.String({
        description:
          "The issuer's public keys themselves, as JSON of a JSON Web Key Set.",
        minLength: 1,
        maxLength: 32768,
      }),
    ),
    fromHeaders: Type.Optional(
      Type.Array(
        Type.Object({
          name: Type.String({
            description: 'Name of the header.',
            minLength: 1,
            maxLength: 256,
            pattern: HEADER_NAME_PATTERN,
          }),
          prefix: Type.Optional(
            Type.String({
              description: 'What stands before the token.',
              // Envoy takes no line breaks there, and refuses all of its listeners for one.
              pattern: '^[ -~]*$',
              maxLength: 64,
            }),
          ),
        }),
        {
          description:
            'Headers that carry the token; default: Authorization, after `Bearer `.',
          minItems: 1,
          maxItems: 4,
        },
      ),
    ),
  },
  {
    description:
      'An issuer of JSON Web Tokens, and how its tokens are checked.',
    ...celRules({
      rule: '!has(self.jwks) || !has(self.jwksUri)',
      message:
        'jwks and jwksUri exclude each other: the keys of an issuer are either here or at a URI',
    }),
  },
);

const HOSTNAME_MESSAGE =
  ' is no hostname that a gateway serves: it must be labels of a to z, 0 to 9 and dashes, at most 63 characters each, in lower case, at least two of them, with a dot between and none at the end; *. may come first, and other letters are written as xn--';

/** In CEL: whether a rule `r` is for some requests only. */
const MATCHES_REQUESTS =
  'has(r.matches) && r.matches.exists(m, has(m.path) || has(m.method) || has(m.headers))';

const MAX_RULES = 32;

/** In CEL: the index of the first such rule. The API server takes the result of string() to be of any length, and refuses its cost. */
const FIRST_THAT_MATCHES_REQUESTS = `[${Array.from(
  { length: MAX_RULES },
  (_, index) => `'${index}'`,
)}][self.rules.map(r, ${MATCHES_REQUESTS}).indexOf(true)]`;

const specSchema = Type.Object(
  {
    selector: Type.Optional(
      Type.Object(
        { ...labelSelectorSchema.properties },
        {
          description:
            'Pods it covers; default: app.kubernetes.io/name: <name of the AppNetwork>.',
        },
      ),
    ),
    hostnames: Type.Optional(
      Type.Array(
        Type.String({
          minLength: 1,
          maxLength: 253,
          ...celRules({
            rule: `self.matches(r'${SERVED_HOSTNAME_PATTERN}')`,
            message: `this${HOSTNAME_MESSAGE}`,
            messageExpression: `self + '${HOSTNAME_MESSAGE}'`,
          }),
        }),
        {
          description:
            "Names it is served at; default: one generated from the platform's DNS.",
          maxItems: 32,
          'x-kubernetes-list-type': 'set',
        },
      ),
    ),
    expose: Type.Optional(
      Type.Boolean({
        description:
          'false: no Gateway, VirtualService, certificate or DNS record; policies only.',
        default: true,
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          mode: Type.Optional(
            oneOf(['Terminate', 'Passthrough'], {
              description:
                'Terminate: at the gateway. Passthrough: by the application itself.',
              default: 'Terminate',
            }),
          ),
          certificateRef: Type.Optional(
            Type.Object(
              {
                name: objectName(
                  'Secret of type kubernetes.io/tls in the namespace of the AppNetwork.',
                ),
              },
              { description: 'A certificate of your own.' },
            ),
          ),
          issuerRef: Type.Optional(issuerRefSchema),
        },
        {
          description: 'How the hostnames are secured.',
          ...celRules({
            rule: '!has(self.certificateRef) || !has(self.issuerRef)',
            message:
              'tls.certificateRef and tls.issuerRef exclude each other: a certificate is either yours or issued',
            messageExpression:
              "'tls.certificateRef ' + self.certificateRef.name + ' and tls.issuerRef ' + self.issuerRef.name + ' exclude each other: a certificate is either yours or issued; leave one of them away'",
          }),
        },
      ),
    ),
    rules: Type.Optional(
      Type.Array(ruleSchema, {
        description:
          'Routes; default: every path to the single Service that selects the pods.',
        maxItems: MAX_RULES,
      }),
    ),
    jwtRules: Type.Optional(
      Type.Array(jwtRuleSchema, {
        description:
          'Issuers of the tokens that rules ask for in `authentication`, and where their keys are. Default: those that `requestPrincipals` name by their URL, with the keys of their OpenID configuration; the issuer is what stands before the last slash.',
        maxItems: 8,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['issuer'],
      }),
    ),
    mesh: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({
              description:
                'false: the pods have no sidecar and the gateway speaks plaintext to them.',
              default: true,
            }),
          ),
          permissivePorts: Type.Optional(
            Type.Array(portNumber('Port of the pods.'), {
              description:
                'Ports that accept plaintext although the mesh is strict.',
              maxItems: 16,
              'x-kubernetes-list-type': 'set',
            }),
          ),
        },
        { description: 'The application in the service mesh.' },
      ),
    ),
    access: Type.Optional(
      Type.Array(
        Type.Object({
          namespace: labelName('Namespace of the caller.'),
          serviceAccount: Type.Optional(
            objectName('Service account of the caller; default: any.'),
          ),
          ports: Type.Optional(
            Type.Array(portNumber('Port of the pods.'), {
              description: 'Ports of the pods; default: all.',
              maxItems: 16,
            }),
          ),
        }),
        {
          description:
            'Who in the cluster may call it, besides the ingress gateway, its own pods and the metrics scraper.',
          maxItems: 64,
        },
      ),
    ),
    egress: Type.Optional(
      Type.Array(egressSchema, {
        description: 'Outside hosts it calls, through the egress gateway.',
        maxItems: 64,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['host', 'port'],
      }),
    ),
    networkPolicy: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({
              description: 'Whether a NetworkPolicy is made for the pods.',
              default: true,
            }),
          ),
        },
        { description: 'Filter on the network, below the mesh.' },
      ),
    ),
    dns: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({
              description: 'Whether records are made for the hostnames.',
              default: true,
            }),
          ),
          ttl: Type.Optional(
            Type.Integer({
              description: 'Time to live of the records, in seconds.',
              minimum: 1,
              maximum: 2147483647,
            }),
          ),
        },
        { description: 'Records in DNS, made by ExternalDNS.' },
      ),
    ),
  },
  {
    description: 'What is wanted.',
    ...celRules(
      {
        rule: `!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.rules) || !self.rules.exists(r, ${MATCHES_REQUESTS})`,
        message:
          'rules.matches cannot be used with tls.mode Passthrough: the gateway does not see paths, methods or headers of a connection that it does not decrypt',
        messageExpression: `'rules[' + ${FIRST_THAT_MATCHES_REQUESTS} + '].matches cannot be used with tls.mode Passthrough: the gateway does not see paths, methods or headers of a connection that it does not decrypt; remove the matches, or have the gateway decrypt it with tls.mode Terminate'`,
        fieldPath: '.rules',
      },
      {
        rule: "!has(self.tls) || self.tls.mode != 'Passthrough' || !has(self.rules) || self.rules.all(r, !has(r.authentication) || size(r.authentication) == 0)",
        message:
          'rules.authentication cannot be used with tls.mode Passthrough: the gateway does not see the tokens of a connection that it does not decrypt',
        fieldPath: '.rules',
      },
      {
        rule: '!has(self.tls) || !has(self.tls.certificateRef) || (has(self.hostnames) && size(self.hostnames) > 0)',
        message:
          'tls.certificateRef needs hostnames: a generated hostname changes with the address of the gateway, and your certificate would not follow',
        messageExpression:
          "'tls.certificateRef ' + self.tls.certificateRef.name + ' needs hostnames: a generated hostname changes with the address of the gateway, and your certificate would not follow; list in hostnames what it is for, or leave certificateRef away'",
        fieldPath: '.tls.certificateRef',
      },
    ),
  },
);

const statusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({
        description: 'Generation of the spec that the status speaks of.',
      }),
    ),
    hostnames: Type.Optional(
      Type.Array(Type.String(), { description: 'Names it is served at.' }),
    ),
    sharedHostnames: Type.Optional(
      Type.Array(
        Type.Object({
          hostname: Type.String({ description: 'One of hostnames.' }),
          heldBy: Type.String({
            description:
              'AppNetwork that has its Gateway, VirtualService and certificate.',
          }),
          appNetworks: Type.Array(Type.String(), {
            description:
              'All that are served there, each at its own paths; in the status of the one that holds it, those whose routes are in its VirtualService.',
          }),
        }),
        {
          description:
            'Hostnames that it shares with other AppNetworks of its namespace.',
        },
      ),
    ),
    addresses: Type.Optional(
      Type.Array(addressSchema, {
        description: 'Addresses of the gateway that serves it.',
      }),
    ),
    urls: Type.Optional(
      Type.Array(Type.String(), { description: 'Where to reach it.' }),
    ),
    certificate: Type.Optional(
      Type.Object({
        secretName: Type.String({
          description: "Secret in the ingress gateway's namespace.",
        }),
        notBefore: Type.Optional(
          Type.String({ format: 'date-time', description: 'When it began.' }),
        ),
        notAfter: Type.Optional(
          Type.String({ format: 'date-time', description: 'When it expires.' }),
        ),
        renewalTime: Type.Optional(
          Type.String({
            format: 'date-time',
            description:
              'When it is renewed by itself; absent where nobody does that.',
          }),
        ),
        issuer: Type.Optional(Type.String({ description: 'Who issued it.' })),
      }),
    ),
    resources: Type.Optional(
      Type.Array(objectRefSchema, {
        description: 'Objects that were made for it.',
      }),
    ),
    conditions: Type.Optional(conditionsSchema),
  },
  { description: 'What is so.' },
);

/** OpenAPI schema of the kind, without `metadata`. */
export const appNetworkSchema = Type.Object(
  {
    spec: Type.Optional(specSchema),
    status: Type.Optional(statusSchema),
  },
  {
    description:
      'How an application is reached, who may call it, and what it may call.',
    ...celRules({
      rule: 'size(self.metadata.name) <= 63',
      message:
        'metadata.name must be no longer than 63 characters: it is a label of the generated hostname and the value of a label of its pods',
    }),
  },
);

/** What is wanted of an application's network. @public */
export type AppNetworkSpec = Static<typeof specSchema>;

/** One rule of {@link AppNetworkSpec}: which requests go where, and how. @public */
export type AppNetworkRule = Static<typeof ruleSchema>;

/** An issuer of JSON Web Tokens, and how its tokens are checked. @public */
export type AppNetworkJwtRule = Static<typeof jwtRuleSchema>;

/** One way in which a request matches an {@link AppNetworkRule}. @public */
export type AppNetworkRouteMatch = Static<typeof routeMatchSchema>;

/** What is so of an application's network. @public */
export type AppNetworkStatus = Static<typeof statusSchema>;

/** How an application is reached, who may call it, and what it may call. @public */
export interface AppNetwork {
  apiVersion: typeof API_VERSION;
  kind: 'AppNetwork';
  metadata: ObjectMeta;
  spec?: AppNetworkSpec;
  status?: AppNetworkStatus;
}

/** Types of an AppNetwork's conditions; Ready is the sum of the rest. @public */
export const APP_NETWORK_CONDITIONS = [
  'Ready',
  'GatewayReady',
  'CertificateReady',
  'DNSReady',
  'PolicyReady',
] as const;

/** A type of an AppNetwork's conditions. @public */
export type AppNetworkConditionType = (typeof APP_NETWORK_CONDITIONS)[number];
