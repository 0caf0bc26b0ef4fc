import {
  MANAGED_BY,
  type KubernetesObject,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import type { ApiRequest, Connection } from './connection';
import { type Discovery, versionPath } from './discovery';
import { isKubernetesError, KubernetesError } from './errors';
import { apiGroup, describe, objectRef } from './objects';
import type { KindRef, KubernetesClient } from './types';

export interface KubernetesClientOptions {
  connection: Connection;
  discovery: Discovery;
  /** Told every object as it stands after a write, so that caches have it before the watch brings it. */
  onWrite?: (object: KubernetesObject) => void;
}

type ApplyOptions = NonNullable<Parameters<KubernetesClient['apply']>[1]>;

type WriteOptions = NonNullable<Parameters<KubernetesClient['replace']>[1]>;

/** The objects of an API server. */
export function createKubernetesClient(
  clientOptions: KubernetesClientOptions,
): KubernetesClient {
  const { connection, discovery, onWrite = () => {} } = clientOptions;

  /** Sends a request about one object, or about a kind's objects where the name is left out. */
  const send = async <T>(
    verb: string,
    ref: KindRef & { namespace?: string; name?: string },
    request: Omit<ApiRequest, 'call' | 'path'> & { subresource?: string } = {},
  ): Promise<T> => {
    const call = { verb, object: described(ref) };
    try {
      return await connection.request<T>({
        ...request,
        call,
        path: await objectPath(connection.cluster, discovery, call, {
          ...ref,
          subresource: request.subresource,
        }),
      });
    } catch (error) {
      if (isKubernetesError(error) && error.kindMissing) {
        discovery.forget(apiGroup(ref.apiVersion));
      }
      throw error;
    }
  };
  const written = <T extends KubernetesObject>(object: T): T => {
    onWrite(object);
    return object;
  };

  return {
    get: <T extends KubernetesObject>(ref: ObjectRef) =>
      send<T>('get', ref).catch(undefinedIfNotFound),

    async list<T extends KubernetesObject>(
      kind: KindRef,
      {
        namespace,
        labelSelector,
      }: { namespace?: string; labelSelector?: string } = {},
    ) {
      const { items } = await listPages<T>(kind, query =>
        send(
          'list',
          { ...kind, namespace },
          { query: { ...query, labelSelector } },
        ),
      );
      return items;
    },

    async create<T extends KubernetesObject>(
      object: T,
      options: WriteOptions = {},
    ) {
      const { apiVersion, kind, metadata } = object;
      const collection = { apiVersion, kind, namespace: metadata.namespace };
      const created = await send<T>('create', collection, {
        method: 'POST',
        query: writeQuery(options),
        body: object,
      });
      return options.dryRun ? created : written(created);
    },

    async replace<T extends KubernetesObject>(
      object: T,
      options: WriteOptions = {},
    ) {
      const replaced = await send<T>('replace', objectRef(object), {
        method: 'PUT',
        query: writeQuery(options),
        body: object,
      });
      return options.dryRun ? replaced : written(replaced);
    },

    async apply<T extends KubernetesObject>(
      object: T,
      options: ApplyOptions = {},
    ) {
      const {
        force = false,
        dryRun = false,
        subresource,
        fieldManager = MANAGED_BY,
      } = options;
      const applied = await send<T>('apply', objectRef(object), {
        method: 'PATCH',
        subresource,
        contentType: 'application/apply-patch+yaml',
        query: {
          fieldManager,
          force: force ? 'true' : undefined,
          dryRun: dryRun ? 'All' : undefined,
          // An unknown field is an error that names it; by default the API server drops it silently.
          fieldValidation: 'Strict',
        },
        body: object,
      });
      return dryRun ? applied : written(applied);
    },

    async mergePatch<T extends KubernetesObject>(
      ref: ObjectRef,
      patch: object,
    ) {
      return written(
        await send<T>('patch', ref, {
          method: 'PATCH',
          contentType: 'application/merge-patch+json',
          query: { fieldManager: MANAGED_BY },
          body: patch,
        }),
      );
    },

    async delete(
      ref,
      { uid, resourceVersion, propagationPolicy = 'Background' } = {},
    ) {
      await send('delete', ref, {
        method: 'DELETE',
        body: {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          propagationPolicy,
          ...(uid || resourceVersion
            ? { preconditions: { uid, resourceVersion } }
            : {}),
        },
      }).catch(undefinedIfNotFound);
    },

    async isNamespaced(kind) {
      const { namespaced } = await discovery.find(kind);
      return namespaced;
    },

    async logs(pod, { container, tailLines, previous = false }) {
      const log = await send<unknown>(
        'read the log of',
        { apiVersion: 'v1', kind: 'Pod', ...pod },
        {
          subresource: 'log',
          accept: '*/*',
          query: {
            container,
            tailLines: String(tailLines),
            previous: previous ? 'true' : undefined,
          },
        },
      );
      // A log of one line may be read as JSON.
      return typeof log === 'string' ? log : JSON.stringify(log);
    },
  };
}

function writeQuery({ fieldManager = MANAGED_BY, dryRun }: WriteOptions) {
  return {
    fieldManager,
    dryRun: dryRun ? 'All' : undefined,
    // An unknown field is an error that names it; by default the API server drops it silently.
    fieldValidation: 'Strict',
  };
}

/** A list as the API server gives it. */
export interface ObjectList<T> {
  metadata: { resourceVersion: string; continue?: string };
  items: T[];
}

/** Objects that are listed at a time, so that neither side holds a large answer whole. */
const PAGE_SIZE = 500;

/** Lists a kind page by page. Items of a list don't say what kind they are; it is put on. */
export async function listPages<T extends KubernetesObject>(
  { apiVersion, kind }: KindRef,
  page: (query: Record<string, string | undefined>) => Promise<ObjectList<T>>,
): Promise<{ items: T[]; resourceVersion: string }> {
  const items: T[] = [];
  let next: string | undefined;
  for (;;) {
    const list = await page({ limit: String(PAGE_SIZE), continue: next });
    for (const item of list.items) {
      items.push({ ...item, apiVersion, kind });
    }
    next = list.metadata.continue;
    if (!next) {
      return { items, resourceVersion: list.metadata.resourceVersion };
    }
  }
}

/**
 * The path of an object, or of a kind's objects where the name is left out.
 *
 * @throws KubernetesError with `kindMissing`, or where a namespace is missing
 */
export async function objectPath(
  cluster: string,
  discovery: Discovery,
  call: ApiRequest['call'],
  ref: KindRef & { namespace?: string; name?: string; subresource?: string },
): Promise<string> {
  const badRequest = (message: string) =>
    new KubernetesError(
      { cluster, ...call },
      { statusCode: 400, status: { reason: 'BadRequest', message } },
    );
  // Names come from users, and none may lead to another object than the one that was checked. To escape them is not enough: the API server
  // takes an escaped slash for a slash. What no name may be is in Kubernetes' documentation, "Object Names and IDs", path segment names.
  const segment = (field: string, name: string): string => {
    if (name === '.' || name === '..' || /[/%]/.test(name)) {
      throw badRequest(
        `${field}: found ‘${name}’, expected a name without / and %, and neither . nor ..`,
      );
    }
    return encodeURIComponent(name);
  };
  const { plural, namespaced } = await discovery.find(ref);
  if (namespaced && !ref.namespace && (ref.name || call.verb === 'create')) {
    throw badRequest(
      `metadata.namespace: is missing, and a ${ref.kind} is in a namespace`,
    );
  }
  return [
    versionPath(ref.apiVersion),
    ...(namespaced && ref.namespace
      ? ['namespaces', segment('metadata.namespace', ref.namespace)]
      : []),
    plural,
    ...(ref.name ? [segment('metadata.name', ref.name)] : []),
    ...(ref.subresource ? [ref.subresource] : []),
  ].join('/');
}

function described(
  ref: KindRef & { namespace?: string; name?: string },
): string {
  return ref.name
    ? describe({ ...ref, name: ref.name })
    : ref.kind + (ref.namespace ? ` objects in ${ref.namespace}` : ' objects');
}

function undefinedIfNotFound(error: unknown): undefined {
  if (isKubernetesError(error) && error.notFound && !error.kindMissing) {
    return undefined;
  }
  throw error;
}
