import {
  API_VERSION,
  type AppNetwork,
  type KubernetesObject,
  type NetworkPlatform,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { FOREIGN_KINDS } from '../application/foreignHosts';
import { SECRET } from '../application/render/kinds';
import { certificateObjects } from '../application/render/tls';
import { JOB_KINDS } from '../application/jobs';
import { WORKLOAD_KINDS } from '../application/workloads';
import { isKubernetesError } from '../engine/errors';
import type { KindRef } from '../engine/types';
import { APP_NETWORK, PLATFORM_REF } from '../kinds';
import { platformFacts } from '../platform/facts';
import type { ReadingClient } from './cluster';

const SERVICE = { apiVersion: 'v1', kind: 'Service' };

/**
 * What is around AppNetworks in a cluster, as far as what they become depends on it. A Secret that may not be read counts as one that is not
 * there, and is told.
 *
 * @param appNetworks - those that are rendered; they need not be in the cluster
 */
export async function readSurroundings(
  client: ReadingClient,
  appNetworks: readonly AppNetwork[],
  platform: NetworkPlatform,
): Promise<{ objects: KubernetesObject[]; problems: string[] }> {
  const facts = platformFacts(platform);
  const namespaces = new Set(
    appNetworks.map(({ metadata }) => metadata.namespace),
  );
  const lists = [
    listIfKnown(client, APP_NETWORK),
    ...[...namespaces].flatMap(namespace =>
      [SERVICE, ...WORKLOAD_KINDS].map(kind =>
        listIfKnown(client, kind, namespace),
      ),
    ),
  ];
  const problems: string[] = [];
  const foreign = FOREIGN_KINDS.map(kind =>
    listIfAllowed(client, kind, undefined, message =>
      problems.push(`${message}; their hostnames are taken to be free`),
    ),
  );
  const jobs = [...namespaces].flatMap(namespace =>
    JOB_KINDS.map(kind =>
      listIfAllowed(client, kind, namespace, message =>
        problems.push(
          `${message}; the service accounts of their pods are not known`,
        ),
      ),
    ),
  );
  const singles = appNetworks
    .flatMap(appNetwork => {
      const { certificateRef } = appNetwork.spec?.tls ?? {};
      const { namespace } = appNetwork.metadata;
      return [
        ...certificateObjects(appNetwork, facts),
        ...(certificateRef
          ? [{ ...SECRET, namespace, name: certificateRef.name }]
          : []),
      ];
    })
    .map(ref => getIfAllowed(client, ref, problems));
  const found = await Promise.all(singles);
  return {
    objects: [
      ...(await Promise.all([...lists, ...jobs, ...foreign])).flat(),
      ...found.filter(object => object !== undefined),
    ],
    problems,
  };
}

/** The objects of a kind; none where the cluster does not have the kind. */
export function listIfKnown(
  client: ReadingClient,
  kind: KindRef,
  namespace?: string,
): Promise<KubernetesObject[]> {
  return client.list(kind, { namespace }).catch(error => {
    if (isKubernetesError(error) && error.kindMissing) {
      return [];
    }
    throw error;
  });
}

/**
 * As {@link listIfKnown}, and none where they may not be listed.
 *
 * @param onForbidden - is told what the API server said
 */
export function listIfAllowed(
  client: ReadingClient,
  kind: KindRef,
  namespace?: string,
  onForbidden: (message: string) => void = () => {},
): Promise<KubernetesObject[]> {
  return listIfKnown(client, kind, namespace).catch(error => {
    if (!isKubernetesError(error) || !error.forbidden) {
      throw error;
    }
    onForbidden(error.message);
    return [];
  });
}

/** An object; undefined where it is not there or may not be read, of which the latter is a problem. */
export async function getIfAllowed(
  client: ReadingClient,
  ref: ObjectRef,
  problems: string[],
): Promise<KubernetesObject | undefined> {
  try {
    return await client.get(ref);
  } catch (error) {
    if (!isKubernetesError(error) || !(error.kindMissing || error.forbidden)) {
      throw error;
    }
    if (error.forbidden) {
      problems.push(`${error.message}; it is rendered as if it were not there`);
    }
    return undefined;
  }
}

export function isPlatform(
  object: KubernetesObject,
): object is NetworkPlatform {
  return (
    object.apiVersion === API_VERSION &&
    object.kind === PLATFORM_REF.kind &&
    object.metadata.name === PLATFORM_REF.name
  );
}
