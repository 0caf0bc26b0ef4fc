import {
  shortenName,
  type AppNetwork,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule';
import type { Backend } from './backends';
import { durationInSeconds } from './duration';
import { DESTINATION_RULE } from './kinds';
import { isInMesh } from './mesh';
import { objectMeta } from './metadata';
import type { Route } from './routes';
import { sessionsOf, sessionSubset, type Session } from './sessions';

type Subset = NonNullable<
  NonNullable<IDestinationRule['spec']>['subsets']
>[number];

/** Longest name of an object. */
const MAX_NAME = 253;

/**
 * One Istio DestinationRule for each Service that routes lead to: mutual TLS of the mesh to pods in it, plaintext to pods outside it, and a
 * subset for each affinity cookie. A Service of other pods than the AppNetwork's keeps what Istio finds out about it by itself, and one of pods of
 * which another AppNetwork said first how they are called, that.
 *
 * @param contradicted - whether another one says otherwise how the AppNetwork's own pods are called, and was there first
 */
export function renderDestinationRules(
  appNetwork: AppNetwork,
  routes: readonly Route[],
  contradicted: boolean,
): (IDestinationRule & KubernetesObject)[] {
  const backends = new Map(
    routes.flatMap(route =>
      route.backends.map(backend => [backend.service, backend] as const),
    ),
  );
  return [...backends.keys()].sort().flatMap(service => {
    const backend = backends.get(service);
    return backend
      ? destinationRule(
          appNetwork,
          {
            ...backend,
            ownPods: backend.ownPods && !contradicted,
          },
          routes,
        )
      : [];
  });
}

function destinationRule(
  appNetwork: AppNetwork,
  { service, host, ownPods }: Backend,
  routes: readonly Route[],
): (IDestinationRule & KubernetesObject)[] {
  const sessions = sessionsOf(routes, service);
  if (!ownPods && sessions.length === 0) {
    return [];
  }
  const inMesh = isInMesh(appNetwork);
  return [
    {
      ...DESTINATION_RULE,
      metadata: objectMeta(appNetwork, {
        // A Service's name has no dot, so that two pairs never share a name.
        name: shortenName(`${appNetwork.metadata.name}.${service}`, MAX_NAME),
      }),
      spec: {
        host,
        ...(ownPods
          ? {
              trafficPolicy: {
                tls: { mode: inMesh ? 'ISTIO_MUTUAL' : 'DISABLE' },
              },
            }
          : {}),
        ...(sessions.length > 0 ? { subsets: sessions.map(subset) } : {}),
      },
    },
  ];
}

function subset(session: Session): Subset {
  const { sessionName, path = '/', absoluteTimeout = '0s' } = session;
  return {
    name: sessionSubset(session),
    trafficPolicy: {
      loadBalancer: {
        consistentHash: {
          httpCookie: {
            name: sessionName,
            path,
            // Envoy makes a cookie only where there is a time to live; of 0 seconds it lives as long as the browser's session.
            ttl: durationInSeconds(absoluteTimeout),
          },
        },
      },
    },
  };
}
