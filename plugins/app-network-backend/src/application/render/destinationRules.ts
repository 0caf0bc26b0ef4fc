import {
  shortenName,
  type AppNetwork,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import type { IDestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule';
import type { Sidecars } from '../sidecars';
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
 * subset for each affinity cookie. Pods that are not as the AppNetwork says, as they are on their way into the mesh or out of it, are called each
 * as Istio finds it (istio.mesh.v1alpha1.MeshConfig, enableAutoMtls), and so are those of a Service that are others than the AppNetwork's. Pods of
 * which another AppNetwork said first how they are called are called like that.
 *
 * @param contradicted - whether another one says otherwise how the AppNetwork's own pods are called, and was there first
 * @param sidecars - which of the AppNetwork's own pods have one
 */
export function renderDestinationRules(
  appNetwork: AppNetwork,
  routes: readonly Route[],
  contradicted: boolean,
  sidecars?: Sidecars,
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
          backend,
          routes,
          backend.ownPods && !contradicted
            ? tlsMode(appNetwork, sidecars)
            : undefined,
        )
      : [];
  });
}

function destinationRule(
  appNetwork: AppNetwork,
  { service, host }: Backend,
  routes: readonly Route[],
  mode: TlsMode | undefined,
): (IDestinationRule & KubernetesObject)[] {
  const sessions = sessionsOf(routes, service);
  if (!mode && sessions.length === 0) {
    return [];
  }
  return [
    {
      ...DESTINATION_RULE,
      metadata: objectMeta(appNetwork, {
        // A Service's name has no dot, so that two pairs never share a name.
        name: shortenName(`${appNetwork.metadata.name}.${service}`, MAX_NAME),
      }),
      spec: {
        host,
        ...(mode ? { trafficPolicy: { tls: { mode } } } : {}),
        ...(sessions.length > 0 ? { subsets: sessions.map(subset) } : {}),
      },
    },
  ];
}

type TlsMode = 'ISTIO_MUTUAL' | 'DISABLE';

/** How all of the AppNetwork's own pods are to be called; undefined where they are not as it says. */
function tlsMode(
  appNetwork: AppNetwork,
  sidecars: Sidecars,
): TlsMode | undefined {
  const inMesh = isInMesh(appNetwork);
  const said = inMesh ? 'All' : 'None';
  if ((sidecars ?? said) !== said) {
    return undefined;
  }
  return inMesh ? 'ISTIO_MUTUAL' : 'DISABLE';
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
