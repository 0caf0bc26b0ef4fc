import type {
  KubernetesObject,
  NetworkPlatform,
  ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { HttpRouteObject } from '../import/httpRouteRule';
import type { IstioGateway, VirtualService } from '../import/types';
import { PLATFORM_REF } from '../kinds';
import { platformFacts } from '../platform/facts';
import type { ReadingClient } from './cluster';
import { getIfAllowed, listIfAllowed, listIfKnown } from './surroundings';

const ISTIO = 'networking.istio.io/v1';
const GATEWAY_API = 'gateway.networking.k8s.io/v1';
const CERTIFICATE = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate' };

/** Kinds that are read in the namespace itself. */
const KINDS = [
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: ISTIO, kind: 'VirtualService' },
  { apiVersion: ISTIO, kind: 'DestinationRule' },
  { apiVersion: GATEWAY_API, kind: 'HTTPRoute' },
  { apiVersion: 'v1', kind: 'Service' },
  CERTIFICATE,
];

/**
 * What an import needs of a namespace in a cluster: the objects themselves, the Gateways that they name, and which of the Gateways' Secrets
 * are there. Of a Secret nothing but its name is kept.
 */
export async function readNetworks(
  client: ReadingClient,
  namespace: string,
): Promise<KubernetesObject[]> {
  const lists = await Promise.all(
    KINDS.map(kind => listIfKnown(client, kind, namespace)),
  );
  const objects = lists.flat();
  const gateways = await getAll(client, gatewaysOf(objects, namespace));
  const secrets = await getAll(
    client,
    gateways
      .flatMap(secretNamesOf)
      .map(name => ({ apiVersion: 'v1', kind: 'Secret', namespace, name })),
  );
  const platforms = await getAll(client, [PLATFORM_REF]);
  // Istio reads certificates where its gateways' pods are.
  const elsewhere = new Set([
    ...gateways.map(({ metadata }) => metadata.namespace),
    ...platforms.map(
      platform =>
        platformFacts(platform as NetworkPlatform).ingressGateway.namespace,
    ),
  ]);
  elsewhere.delete(namespace);
  // Where they may not be listed it is not known who writes a Secret.
  const certificates = await Promise.all(
    [...elsewhere].map(other => listIfAllowed(client, CERTIFICATE, other)),
  );
  return [
    ...objects,
    ...gateways,
    ...certificates.flat(),
    ...secrets.map(({ apiVersion, kind, metadata: { name } }) => ({
      apiVersion,
      kind,
      metadata: { namespace, name },
    })),
    ...platforms,
  ];
}

async function getAll(
  client: ReadingClient,
  refs: readonly ObjectRef[],
): Promise<KubernetesObject[]> {
  const byKey = new Map(refs.map(ref => [JSON.stringify(ref), ref]));
  const found = await Promise.all(
    [...byKey.values()].map(ref => getIfAllowed(client, ref, [])),
  );
  return found.filter(object => object !== undefined);
}

function gatewaysOf(
  objects: readonly KubernetesObject[],
  namespace: string,
): ObjectRef[] {
  return objects.flatMap(object => {
    if (object.kind === 'VirtualService') {
      const { gateways = [] } = (object as VirtualService).spec ?? {};
      return gateways
        .filter(name => name !== 'mesh')
        .map(written => {
          const [name = '', of = namespace] = written.split('/', 2).reverse();
          return { apiVersion: ISTIO, kind: 'Gateway', namespace: of, name };
        });
    }
    if (object.kind === 'HTTPRoute') {
      const { parentRefs = [] } = (object as HttpRouteObject).spec ?? {};
      return parentRefs
        .filter(({ kind = 'Gateway' }) => kind === 'Gateway')
        .map(({ name, namespace: of = namespace }) => ({
          apiVersion: GATEWAY_API,
          kind: 'Gateway',
          namespace: of,
          name,
        }));
    }
    return [];
  });
}

/** Secrets that Istio's servers name; those of Gateway API say where they are. */
function secretNamesOf(gateway: KubernetesObject): string[] {
  const { servers = [] } = (gateway as IstioGateway).spec ?? {};
  return servers
    .map(({ tls }) => tls?.credentialName)
    .filter(name => name !== undefined);
}
