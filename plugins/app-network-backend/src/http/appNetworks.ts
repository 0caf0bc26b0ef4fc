import {
  API_VERSION,
  KUBERNETES_ID,
  type AppNetwork,
  type AppNetworkInput,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { ConflictError, NotFoundError } from '@backstage/errors';
import { describe } from '../engine/objects';
import type { Informer, KubernetesClient } from '../engine/types';
import { PORTAL_FIELD_MANAGER } from './fieldManager';

/** The address of an AppNetwork in the API server. */
export function appNetworkRef(path: {
  namespace: string;
  name: string;
}): ObjectRef & { namespace: string } {
  const { namespace, name } = path;
  return { apiVersion: API_VERSION, kind: 'AppNetwork', namespace, name };
}

/** @throws NotFoundError */
export async function getAppNetwork(
  client: KubernetesClient,
  ref: ObjectRef,
  cluster: string,
): Promise<AppNetwork> {
  const appNetwork = await client.get<AppNetwork>(ref);
  if (!appNetwork) {
    throw new NotFoundError(`${describe(ref)} is not in cluster ${cluster}`);
  }
  return appNetwork;
}

/**
 * Creates or changes an AppNetwork for a user, by server-side apply.
 *
 * @throws ConflictError where its spec is kept by others, such as kubectl or Argo CD, it belongs to another entity, or it is being deleted
 */
export async function putAppNetwork(
  client: KubernetesClient,
  ref: ObjectRef & { namespace: string },
  input: AppNetworkInput,
  options: { dryRun?: boolean },
): Promise<AppNetwork> {
  const existing = await client.get<AppNetwork>(ref);
  if (existing?.metadata.deletionTimestamp) {
    throw new ConflictError(
      `${describe(ref)} is being deleted; try again when it is gone`,
    );
  }
  const others = (existing?.metadata.managedFields ?? [])
    .filter(
      ({ manager, fieldsV1 }) =>
        manager !== PORTAL_FIELD_MANAGER && fieldsV1 && 'f:spec' in fieldsV1,
    )
    .map(({ manager }) => manager);
  if (others.length > 0) {
    // Server-side apply would merge the two specs, hostname by hostname, into one that nobody has asked for.
    throw new ConflictError(
      `${describe(ref)} is kept by ${others.join(
        ', ',
      )}; change it there, or choose another name or namespace`,
    );
  }
  const owner = existing?.metadata.labels?.[KUBERNETES_ID];
  const wanted = input.labels?.[KUBERNETES_ID];
  if (owner && wanted && owner !== wanted) {
    throw new ConflictError(
      `${describe(
        ref,
      )} belongs to the entity ‘${owner}’ (label ${KUBERNETES_ID}), not to ‘${wanted}’; choose another name or namespace`,
    );
  }
  const { labels, annotations, spec = {} } = input;
  const { namespace, name } = ref;
  return client.apply<AppNetwork>(
    {
      apiVersion: API_VERSION,
      kind: 'AppNetwork',
      metadata: { namespace, name, labels, annotations },
      spec,
    },
    { fieldManager: PORTAL_FIELD_MANAGER, dryRun: options.dryRun },
  );
}

/**
 * Reads an AppNetwork once it has another resourceVersion than the one given, or as it is when the time is over.
 *
 * The API server is asked, and the cache only says when to ask: it may lag behind what the caller has seen already.
 *
 * @throws NotFoundError where it is not there, or gone meanwhile
 */
export async function waitForAppNetwork(
  client: KubernetesClient,
  informer: Informer<AppNetwork>,
  ref: ObjectRef,
  options: {
    cluster: string;
    changedSince: string;
    timeoutMs: number;
    signal: AbortSignal;
  },
): Promise<AppNetwork> {
  const { cluster, changedSince, timeoutMs, signal } = options;
  const answered = new AbortController();
  const ended = AbortSignal.any([
    signal,
    answered.signal,
    AbortSignal.timeout(timeoutMs),
  ]);
  try {
    for (;;) {
      const change = nextChange(informer, ref, ended);
      const appNetwork = await getAppNetwork(client, ref, cluster);
      const { resourceVersion } = appNetwork.metadata;
      if (resourceVersion !== changedSince || ended.aborted) {
        return appNetwork;
      }
      await change;
      if (signal.aborted) {
        return appNetwork;
      }
    }
  } finally {
    answered.abort();
  }
}

/** Resolves at the next change of the object that the cache learns of, or at the signal. */
function nextChange(
  informer: Informer<AppNetwork>,
  ref: ObjectRef,
  signal: AbortSignal,
): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      stop();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const stop = informer.onChange(object => {
      if (
        object?.metadata.name === ref.name &&
        object.metadata.namespace === ref.namespace
      ) {
        done();
      }
    });
    signal.addEventListener('abort', done);
    if (signal.aborted) {
      done();
    }
  });
}
