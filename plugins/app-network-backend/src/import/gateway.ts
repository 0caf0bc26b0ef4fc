import type { AppNetworkSpec } from '@app-network/backstage-plugin-app-network-common';
import { isSubset } from '../application/render/selector';
import { tlsOfSecret } from './certificates';
import { isRedirectToHttps, redirectsToHttps } from './httpsRedirect';
import { listRest } from './listRest';
import type {
  GatewayServer,
  ImportContext,
  IstioGateway,
  VirtualService,
} from './types';

/** How a hostname is served by Gateways. */
export interface Served {
  hostname: string | undefined;
  /** Hosts of the VirtualService that it comes from. */
  written: string[];
  mode: 'Terminate' | 'Passthrough';
  tls: AppNetworkSpec['tls'];
  guarded: boolean;
}

const DEFAULT_SELECTOR = { istio: 'ingressgateway' };

const GUARD_REASON =
  'Certificates of clients are not asked for: the AppNetwork is not exposed (spec.expose: false). Protect the application otherwise, and then set expose to true.';

/**
 * The hostnames of a VirtualService that Istio Gateways serve, each with its TLS. Where both have wildcards, the narrower one counts.
 */
export function servedHostnames(
  context: ImportContext,
  virtualService: VirtualService,
  gateways: readonly IstioGateway[],
): Served[] {
  const found = new Map<string, Served>();
  for (const gateway of gateways) {
    (gateway.spec?.servers ?? []).forEach((server, index) => {
      for (const written of virtualService.spec?.hosts ?? []) {
        for (const host of server.hosts ?? []) {
          const hostname = common(
            written,
            hostOf(host, gateway, virtualService),
          );
          if (hostname !== undefined) {
            const served = serve(context, virtualService, gateway, {
              hostname,
              server,
              field: `spec.servers[${index}]`,
            });
            const key = `${hostname} ${served.mode}`;
            const before = found.get(key);
            found.set(key, {
              ...served,
              tls: before?.tls ?? served.tls,
              guarded: before?.guarded || served.guarded,
              written: [...(before?.written ?? []), written],
            });
          }
        }
      }
    });
  }
  const all = [...found.values()];
  const passedThrough = all
    .filter(({ mode }) => mode === 'Passthrough')
    .map(({ hostname }) => hostname);
  return all.filter(({ hostname, mode }) => {
    const isBoth = mode === 'Terminate' && passedThrough.includes(hostname);
    if (
      isBoth &&
      virtualService.spec?.http?.some(
        ({ redirect }) => !isRedirectToHttps(redirect),
      )
    ) {
      context.note(
        virtualService,
        'spec.http',
        hostname,
        'TLS of this hostname is passed through, so that nobody at the gateway sees paths; plain HTTP is redirected to HTTPS.',
      );
    }
    return !isBoth;
  });
}

/** Lists what a Gateway says that no AppNetwork does, as far as it is for the routes of a VirtualService. */
export function listGateway(
  context: ImportContext,
  gateway: IstioGateway,
  virtualService: VirtualService,
): void {
  const { selector = {}, servers = [] } = gateway.spec ?? {};
  const platforms = context.facts?.ingressGateway.selector ?? DEFAULT_SELECTOR;
  if (!isSubset(selector, platforms)) {
    context.note(
      gateway,
      'spec.selector',
      selector,
      `The platform's ingress gateway (${Object.entries(platforms)
        .map(pair => pair.join('='))
        .join(
          ', ',
        )}) serves an AppNetwork, which may be reached from elsewhere than the gateway with these labels.`,
    );
  }
  listRest(context, gateway, 'spec', gateway.spec, ['selector', 'servers']);
  servers.forEach((server, index) =>
    listServer(
      context,
      gateway,
      virtualService,
      server,
      `spec.servers[${index}]`,
    ),
  );
}

function listServer(
  context: ImportContext,
  gateway: IstioGateway,
  virtualService: VirtualService,
  server: GatewayServer,
  field: string,
): void {
  const { port, tls } = server;
  const note = (path: string, value: unknown, reason: string) =>
    context.note(gateway, `${field}.${path}`, value, reason);
  const isHttp = port?.protocol?.startsWith('HTTP') && !tls?.mode;
  if (
    isHttp &&
    !tls?.httpsRedirect &&
    !redirectsToHttps(virtualService, port?.number)
  ) {
    note(
      'port.protocol',
      port?.protocol,
      'Plain HTTP is not served: it is redirected to HTTPS.',
    );
  }
  const expected = isHttp ? 80 : 443;
  if (port?.number !== expected) {
    note(
      'port.number',
      port?.number,
      `An AppNetwork is served at port ${expected}.`,
    );
  }
  if (isMutual(tls?.mode)) {
    note('tls.mode', tls?.mode, GUARD_REASON);
  }
  listRest(context, gateway, field, server, ['hosts', 'port', 'tls', 'name']);
  listRest(
    context,
    gateway,
    `${field}.tls`,
    // What the gateway asks for at least anyway.
    tls && tls.minProtocolVersion === 'TLSV1_2'
      ? { ...tls, minProtocolVersion: undefined }
      : tls,
    ['mode', 'credentialName', 'httpsRedirect'],
  );
}

function serve(
  context: ImportContext,
  virtualService: VirtualService,
  gateway: IstioGateway,
  of: { hostname: string; server: GatewayServer; field: string },
): Omit<Served, 'written'> {
  const { mode, credentialName } = of.server.tls ?? {};
  const hostname = of.hostname === '*' ? undefined : of.hostname;
  if (mode === 'PASSTHROUGH') {
    return {
      hostname,
      mode: 'Passthrough',
      tls: { mode: 'Passthrough' },
      guarded: false,
    };
  }
  return {
    hostname,
    mode: 'Terminate',
    tls:
      credentialName && hostname
        ? tlsOfSecret(
            context,
            virtualService,
            { object: gateway, field: `${of.field}.tls.credentialName` },
            { name: credentialName },
          )
        : undefined,
    guarded: isMutual(mode),
  };
}

/** Modes in which a client has to show a certificate. */
function isMutual(mode = 'SIMPLE'): boolean {
  return !['SIMPLE', 'PASSTHROUGH'].includes(mode);
}

/** A host of a server, if VirtualServices of the namespace may use it: `<namespace>/<host>`, where . is the Gateway's and * is any. */
function hostOf(
  host: string,
  gateway: IstioGateway,
  virtualService: VirtualService,
): string | undefined {
  const [namespace, name] = host.includes('/')
    ? host.split('/', 2)
    : ['*', host];
  const allowed =
    {
      '*': virtualService.metadata.namespace,
      '.': gateway.metadata.namespace,
    }[namespace ?? ''] ?? namespace;
  return allowed === virtualService.metadata.namespace ? name : undefined;
}

/** The narrower of two hosts with wildcards, where one is for the other. */
function common(one: string, other: string | undefined): string | undefined {
  if (other === undefined) {
    return undefined;
  }
  if (isFor(other, one)) {
    return one;
  }
  return isFor(one, other) ? other : undefined;
}

/** Whether a host, maybe with Istio's wildcard for any number of labels, is for another. */
export function isFor(wildcard: string, host: string): boolean {
  return (
    wildcard === '*' ||
    wildcard === host ||
    (wildcard.startsWith('*.') && host.endsWith(wildcard.slice(1)))
  );
}
