import type {
  AppNetwork,
  ObjectRef,
  RouteView,
} from '@app-network/backstage-plugin-app-network-common';
import type { PlatformFacts } from '../../platform/facts';
import {
  gatewayPolicyRefs,
  renderGatewayPolicies,
} from './authentication/gatewayPolicies';
import { issuersOf } from './authentication/issuers';
import { closedBackends } from './closedBackends';
import { contradiction } from './contradiction';
import { renderDestinationRules } from './destinationRules';
import { gatewayName, renderGateway } from './gateway';
import { hostnameGroups, isSame } from './hostnameGroups';
import { wantedHostnames } from './hostnames';
import { GATEWAY, VIRTUAL_SERVICE } from './kinds';
import { renderMisdirected } from './misdirected';
import { passthroughRoutes } from './passthrough';
import { orderedRoutes, type Route } from './routes';
import {
  isSplitSession,
  renderSplitSessions,
  splitSessionsRef,
} from './splitSessions';
import { certificateObjects, renderTls } from './tls';
import type { Problem, Rendered, RenderInput } from './types';
import { renderUnknownHosts } from './unknownHosts';
import { renderVirtualService } from './virtualService';

/** How an AppNetwork is reached from outside. */
export interface RenderedExposure extends Rendered {
  /** Routes over which the ingress gateway calls the pods. */
  gatewayRoutes: Route[];
}

/** Gateway, VirtualService, DestinationRules and certificate of an AppNetwork; nothing where it is not exposed. */
export function renderExposure(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
  input: RenderInput,
): RenderedExposure {
  if (!appNetwork.spec?.expose) {
    return exposure({});
  }
  const issuers = issuersOf(appNetwork, input.takenIssuers);
  const ordered = orderedRoutes(appNetwork, input.services, issuers);
  const { routes, problems: routeProblems } =
    appNetwork.spec.tls?.mode === 'Passthrough'
      ? passthroughRoutes(appNetwork, ordered)
      : ordered;
  const contradicted = contradiction(
    appNetwork,
    input.neighbours ?? [],
    input.services,
  );
  const destinationRules = renderDestinationRules(
    appNetwork,
    routes,
    contradicted !== undefined,
    input.sidecars,
  );
  const problems = [
    ...issuers.problems,
    ...routeProblems,
    ...(contradicted ? [contradicted] : []),
    ...closedBackends(facts, routes, input.neighbours ?? [], input.services),
  ];
  const wanted = wantedHostnames(appNetwork, facts);
  if (!wanted) {
    return exposure({
      objects: destinationRules,
      retained: retainedRefs(appNetwork, facts),
      problems: [...problems, suffixUnknown(facts)],
      gatewayRoutes: routes,
    });
  }
  const { hostnames: unclaimed, problems: taken } = withoutTaken(wanted, input);
  const { held, lent } = partedByHolder(appNetwork, unclaimed, input);
  const tls =
    held.length > 0
      ? renderTls(appNetwork, facts, held, input)
      : { servable: false, objects: [], retained: [], problems: [] };
  const served = tls.servable ? held : [];
  const hostnames = unclaimed.filter(
    hostname => served.includes(hostname) || lent.includes(hostname),
  );
  const allProblems = [...problems, ...taken, ...tls.problems];
  if (hostnames.length === 0) {
    return exposure({ problems: allProblems });
  }
  const settled = served.filter(
    hostname => !input.takenOverHostnames?.includes(hostname),
  );
  const groups = hostnameGroups(appNetwork, served, routes, input);
  const shared = sharedAmong(hostnames, input);
  return exposure({
    objects: [
      ...destinationRules,
      ...tls.objects,
      ...renderGatewayPolicies(
        appNetwork,
        facts,
        { hostnames, groups },
        routes,
        issuers,
      ),
      ...(served.length > 0
        ? [
            renderGateway(
              appNetwork,
              facts,
              {
                hostnames: served,
                takenOver: input.takenOverHostnames ?? [],
              },
              tls.certificate?.secretName,
            ),
          ]
        : []),
      ...(tls.certificate &&
      appNetwork.spec.tls?.certificateRef &&
      settled.length > 0
        ? [renderUnknownHosts(appNetwork, facts, settled)]
        : []),
      ...groups
        .filter(group => group.routes.length > 0)
        .map(group => renderVirtualService(appNetwork, facts, group)),
      ...(groups.flatMap(group => group.routes).some(isSplitSession)
        ? [renderSplitSessions(appNetwork, facts)]
        : []),
      ...renderMisdirected(
        appNetwork,
        facts,
        served,
        input.hostnamesOfOthers ?? [],
      ),
    ],
    retained: tls.retained,
    hostnames,
    ...(shared.length > 0 ? { sharedHostnames: shared } : {}),
    routes: routes.map(route => routeView(route, hostnames)),
    certificate: tls.certificate,
    problems: allProblems,
    gatewayRoutes: routes,
  });
}

function exposure(parts: Partial<RenderedExposure>): RenderedExposure {
  return {
    objects: [],
    retained: [],
    hostnames: [],
    routes: [],
    problems: [],
    gatewayRoutes: [],
    ...parts,
  };
}

function withoutTaken(
  wanted: readonly string[],
  { takenHostnames = [], contestedHostnames = [] }: RenderInput,
): { hostnames: string[]; problems: Problem[] } {
  const taken = takenHostnames.filter(({ hostname }) =>
    wanted.includes(hostname),
  );
  return {
    hostnames: wanted.filter(
      name => !taken.some(({ hostname }) => hostname === name),
    ),
    problems: [...taken, ...contestedHostnames].map(({ problem }) => problem),
  };
}

/** Of hostnames those that an AppNetwork holds itself, and those that another one holds, which serves its routes as well. */
function partedByHolder(
  appNetwork: AppNetwork,
  hostnames: readonly string[],
  { sharedHostnames = [] }: RenderInput,
): { held: string[]; lent: string[] } {
  const elsewhere = new Set(
    sharedHostnames
      .filter(({ members }) => !isSame(members[0]?.appNetwork, appNetwork))
      .map(({ hostname }) => hostname),
  );
  return {
    held: hostnames.filter(hostname => !elsewhere.has(hostname)),
    lent: hostnames.filter(hostname => elsewhere.has(hostname)),
  };
}

function sharedAmong(
  hostnames: readonly string[],
  { sharedHostnames = [] }: RenderInput,
): NonNullable<Rendered['sharedHostnames']> {
  return sharedHostnames
    .filter(({ hostname }) => hostnames.includes(hostname))
    .map(({ hostname, members }) => {
      const [heldBy = '', ...others] = members.map(
        ({ appNetwork }) => appNetwork.metadata.name,
      );
      return { hostname, heldBy, appNetworks: [heldBy, ...others] };
    });
}

/** What stays as it is while the hostname is unknown: an address that is gone for a moment must not cut off who still has a connection. */
function retainedRefs(
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): ObjectRef[] {
  const { namespace, name } = appNetwork.metadata;
  return [
    { ...GATEWAY, namespace, name: gatewayName(appNetwork) },
    { ...VIRTUAL_SERVICE, namespace, name },
    ...certificateObjects(appNetwork, facts),
    ...gatewayPolicyRefs(appNetwork, facts),
    splitSessionsRef(appNetwork, facts),
  ];
}

/** Where what is wrong is told, until it is known here. */
export const SEE_PLATFORM = "See the NetworkPlatform's status.";

function suffixUnknown({ dns, ingressGateway }: PlatformFacts): Problem {
  return {
    condition: 'GatewayReady',
    reason: 'WaitingForAddress',
    message:
      dns.mode === 'Wildcard'
        ? `The hostname is generated from the ingress gateway's address, and that has none yet. ${
            ingressGateway.problem ?? SEE_PLATFORM
          }`
        : `The hostname is generated from the platform's DNS, whose suffix is not known yet. ${SEE_PLATFORM}`,
  };
}

function routeView(route: Route, hostnames: readonly string[]): RouteView {
  const { match, backends } = route;
  return {
    hostnames: [...hostnames],
    ...(Object.keys(match).length > 0 ? { match } : {}),
    backends: backends.map(({ service, port, weight }) => ({
      service,
      port,
      weight,
    })),
  };
}
