import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import type { Route } from './routes';
import type { Problem } from './types';

/**
 * What is left of routes where the gateway does not decrypt: the first rule's backends. Whatever needs a look into the request is told and,
 * where it would have refused requests, refuses connections.
 */
export function passthroughRoutes(
  appNetwork: AppNetwork,
  { routes, problems }: { routes: Route[]; problems: Problem[] },
): { routes: Route[]; problems: Problem[] } {
  const rules = appNetwork.spec?.rules ?? [];
  const useless = rules.flatMap((rule, index) => {
    const fields = (
      ['sessionPersistence', 'timeouts', 'retry'] as const
    ).filter(name => rule[name] !== undefined);
    return fields.map(name => noEffect(`spec.rules[${index}].${name}`));
  });
  return {
    routes: routes
      .slice(0, 1)
      .filter(({ backends }) => backends.length > 0)
      .map(route => ({ ...route, sessionPersistence: undefined })),
    problems: [...problems, ...useless],
  };
}

function noEffect(field: string): Problem {
  return {
    condition: 'GatewayReady',
    reason: 'NoEffect',
    message: `${field} has no effect with spec.tls.mode Passthrough: the gateway does not see the requests of a connection that it does not decrypt. Remove it, or use the mode Terminate.`,
  };
}
