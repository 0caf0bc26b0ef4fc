import type {
  AppNetworkRule,
  AppNetworkSpec,
} from '@app-network/backstage-plugin-app-network-common';
import { milliseconds } from '../application/render/duration';
import { tlsOfIssuer } from './certificates';
import { toDuration } from './durations';
import { dnsOfAnnotations, isExternalDnsAnnotation } from './externalDns';
import type { ImportContext, Ingress } from './types';

type RuleSettings = Pick<AppNetworkRule, 'sessionPersistence' | 'retry'>;

/** What the annotations of an Ingress say that an AppNetwork can say too. */
export interface IngressSettings {
  tls?: AppNetworkSpec['tls'];
  dns?: AppNetworkSpec['dns'];
  /** Settings of the rules to a Service. */
  rule(service: string): RuleSettings;
  /** How a path is a regular expression, where paths are. */
  regex?: (path: string) => string;
  /** Further hostnames with the routes of the first. */
  aliases: string[];
  passthrough: boolean;
  /** Whether it takes a part of the requests of another Ingress. */
  canary: boolean;
  /** Whether something that is not kept decides who is let in. */
  guarded: boolean;
}

const COMMUNITY = 'nginx.ingress.kubernetes.io/';
const CERT_MANAGER = 'cert-manager.io/';
const TRIES = `${COMMUNITY}proxy-next-upstream-tries`;
const PATH_REGEX = 'nginx.org/path-regex';

/** Tools' notes to themselves, and what others here read. */
const NO_MATTER =
  /^(kubectl\.kubernetes\.io|meta\.helm\.sh|argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io|helm\.toolkit\.fluxcd\.io|field\.cattle\.io|backstage\.io)\/|^deployment\.kubernetes\.io|^kubernetes\.io\/ingress\.class$/;

/** Names that speak of who is let in. Snippets and policies may do so too. */
const GUARD =
  /auth|jwt|whitelist|allowlist|denylist|access-control|snippet|polic|modsecurity|app-protect|waf/;

const GUARD_REASON =
  'It decides who is let in, and is not kept: the AppNetwork is not exposed (spec.expose: false). Protect the application otherwise, for example with authentication in its rules, and then set expose to true.';

const REDIRECTS = [
  `${COMMUNITY}ssl-redirect`,
  `${COMMUNITY}force-ssl-redirect`,
  'ingress.kubernetes.io/ssl-redirect',
  'nginx.org/redirect-to-https',
];

/** Reasons for annotations that have no equivalent; the rest has one for all. */
const REASONS: Record<string, string> = {
  [`${COMMUNITY}rewrite-target`]:
    'Paths reach the application as they are asked for. Have it serve them so.',
  'nginx.org/rewrites':
    'Paths reach the application as they are asked for. Have it serve them so.',
  [`${COMMUNITY}proxy-read-timeout`]:
    'spec.rules[].timeouts.request is near to it, and is for the whole request, not for the time between two reads.',
  'nginx.org/proxy-read-timeout':
    'spec.rules[].timeouts.request is near to it, and is for the whole request, not for the time between two reads.',
  [`${COMMUNITY}backend-protocol`]:
    "The Service's port says what it speaks: appProtocol, or a name such as grpc or http2.",
  'nginx.org/grpc-services':
    "The Service's port says what it speaks: appProtocol, or a name such as grpc or http2.",
  'kubernetes.io/tls-acme':
    "The platform's issuer makes the certificate. Name another one in spec.tls.issuerRef.",
};

/** Reads annotations of ingress-nginx, F5's controller, cert-manager and ExternalDNS; lists what is left of all annotations. */
export function readIngressAnnotations(
  context: ImportContext,
  ingress: Ingress,
): IngressSettings {
  const annotations = ingress.metadata.annotations ?? {};
  const settings: IngressSettings = {
    dns: dnsOfAnnotations(
      context,
      ingress,
      (ingress.spec?.rules ?? []).map(({ host }) => host),
    ),
    tls: issuerOf(context, ingress),
    regex: regexOf(annotations),
    aliases: list(annotations[`${COMMUNITY}server-alias`]),
    passthrough: annotations[`${COMMUNITY}ssl-passthrough`] === 'true',
    canary: annotations[`${COMMUNITY}canary`] === 'true',
    guarded: false,
    rule: service => ({
      ...sessionOf(annotations, service),
      ...retryOf(annotations),
    }),
  };
  for (const [name, value] of Object.entries(annotations)) {
    const note = (reason: string) =>
      context.note(ingress, `metadata.annotations[${name}]`, value, reason);
    if (REDIRECTS.includes(name)) {
      if (!/^true$/i.test(value)) {
        note('Plain HTTP is always redirected to HTTPS.');
      }
    } else if (name === `${COMMUNITY}canary`) {
      if (settings.canary) {
        note(
          'It is not imported. Add its Service to the backendRefs of the rules that it takes requests of, with a weight.',
        );
      }
    } else if (!NO_MATTER.test(name) && !isRead(name, annotations)) {
      const isGuard = GUARD.test(name) && !name.startsWith(CERT_MANAGER);
      settings.guarded ||= isGuard;
      note(
        isGuard
          ? GUARD_REASON
          : REASONS[name] ?? 'An AppNetwork has nothing like it.',
      );
    }
  }
  return settings;
}

const READ = [
  ...['server-alias', 'ssl-passthrough', 'use-regex', 'affinity'],
  ...['session-cookie-name', 'session-cookie-path', 'session-cookie-max-age'],
  ...['session-cookie-expires'],
]
  .map(name => COMMUNITY + name)
  .concat([
    'nginx.org/mergeable-ingress-type',
    'nginx.com/sticky-cookie-services',
    'nginx.org/sticky-cookie-services',
    `${CERT_MANAGER}cluster-issuer`,
    `${CERT_MANAGER}issuer`,
    `${CERT_MANAGER}issuer-kind`,
    `${CERT_MANAGER}issuer-group`,
  ]);

function isRead(name: string, annotations: Record<string, string>): boolean {
  switch (name) {
    case TRIES:
      return retryOf(annotations).retry !== undefined;
    case PATH_REGEX:
      return regexOf(annotations) !== undefined;
    default:
      return READ.includes(name) || isExternalDnsAnnotation(name);
  }
}

/** The issuer that cert-manager is asked for (cert-manager documentation, Annotated Ingress resource). */
function issuerOf(
  context: ImportContext,
  { metadata: { annotations = {} } }: Ingress,
): AppNetworkSpec['tls'] {
  const clusterIssuer = annotations[`${CERT_MANAGER}cluster-issuer`];
  if (clusterIssuer) {
    return tlsOfIssuer(context, { name: clusterIssuer, kind: 'ClusterIssuer' });
  }
  const name = annotations[`${CERT_MANAGER}issuer`];
  if (!name) {
    return undefined;
  }
  return tlsOfIssuer(context, {
    name,
    kind: annotations[`${CERT_MANAGER}issuer-kind`],
    group: annotations[`${CERT_MANAGER}issuer-group`],
  });
}

/** ingress-nginx reads paths as the beginning of what is asked for, in any case; F5's controller says in its annotation how. */
function regexOf(
  annotations: Record<string, string>,
): IngressSettings['regex'] {
  if (annotations[`${COMMUNITY}use-regex`] === 'true') {
    return path => `(?i)${path}.*`;
  }
  switch (annotations[PATH_REGEX]) {
    case 'case_sensitive':
      return path => `${path}.*`;
    case 'case_insensitive':
      return path => `(?i)${path}.*`;
    default:
      return undefined;
  }
}

function sessionOf(
  annotations: Record<string, string>,
  service: string,
): RuleSettings {
  if (annotations[`${COMMUNITY}affinity`] === 'cookie') {
    const of = (name: string) =>
      annotations[`${COMMUNITY}session-cookie-${name}`];
    const seconds = Number(of('max-age') ?? of('expires') ?? 0);
    return session(of('name') ?? 'INGRESSCOOKIE', of('path'), seconds * 1_000);
  }
  const sticky = list(
    annotations['nginx.com/sticky-cookie-services'] ??
      annotations['nginx.org/sticky-cookie-services'],
    ';',
  )
    .map(entry => entry.split(/\s+/))
    .find(([first]) => first === `serviceName=${service}`);
  if (!sticky?.[1]) {
    return {};
  }
  const setting = (name: string) =>
    sticky.find(part => part.startsWith(`${name}=`))?.slice(name.length + 1);
  return session(
    sticky[1],
    setting('path'),
    milliseconds(setting('expires') ?? '') ?? 0,
  );
}

function session(
  sessionName: string,
  path: string | undefined,
  life: number,
): RuleSettings {
  const absoluteTimeout = life > 0 ? toDuration(life) : undefined;
  return {
    sessionPersistence: {
      sessionName,
      ...(path && path !== '/' ? { path } : {}),
      ...(absoluteTimeout ? { absoluteTimeout } : {}),
    },
  };
}

/** NGINX counts the first try, and 0 is without end; an AppNetwork has no more than 10 after the first. */
function retryOf(annotations: Record<string, string>): RuleSettings {
  const attempts = Number(annotations[TRIES] ?? 0) - 1;
  return Number.isInteger(attempts) && attempts >= 0 && attempts <= 10
    ? { retry: { attempts } }
    : {};
}

function list(text = '', separator = ','): string[] {
  return text
    .split(separator)
    .map(part => part.trim())
    .filter(part => part !== '');
}
