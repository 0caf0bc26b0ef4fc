import { ResponseError } from '@backstage/errors';
import createClient from 'openapi-fetch';
import type { AppNetwork } from '../kinds/appNetwork';
import type { KubernetesObject } from '../kinds/meta';
import type {
  NetworkPlatform,
  NetworkPlatformSpec,
} from '../kinds/networkPlatform';
import type { paths } from './openapi.generated';
import type {
  AppliedObject,
  AppNetworkInput,
  AppNetworkView,
  ClusterSummary,
  EntityNetworks,
  PlatformChange,
  PlatformPlan,
  ReleaseValues,
  RolloutView,
} from './types';

/** Names an AppNetwork on a cluster. @public */
export interface AppNetworkRef {
  cluster: string;
  namespace: string;
  name: string;
}

/** Waits for a change instead of answering at once. @public */
export interface ChangedSince {
  /** What was seen last: the AppNetwork's resourceVersion, or a rollout's version. */
  changedSince?: string;
  /** How long to wait for another one; 1 to 60, default 20. */
  timeoutSeconds?: number;
}

/** Options of every call. @public */
export interface CallOptions {
  signal?: AbortSignal;
}

/**
 * The backend's HTTP API, typed by its OpenAPI document. Every call fails with a ResponseError of @backstage/errors, whose cause is what
 * the backend said.
 * @public
 */
export interface AppNetworkClient {
  getClusters(options?: CallOptions): Promise<ClusterSummary[]>;
  /** @throws with `response.status` 404 where the cluster has no NetworkPlatform */
  getPlatform(cluster: string, options?: CallOptions): Promise<NetworkPlatform>;
  /** What a change of the NetworkPlatform would do; nothing is written. */
  planPlatform(
    cluster: string,
    change: PlatformChange,
    options?: CallOptions,
  ): Promise<PlatformPlan>;
  /**
   * Makes the change that was planned.
   *
   * @throws with `response.status` 409 where the plan has become another one
   */
  applyPlatform(
    cluster: string,
    change: { spec: NetworkPlatformSpec; planId: string },
    options?: CallOptions,
  ): Promise<NetworkPlatform>;
  /** Starts the removal that was planned. @throws as {@link AppNetworkClient.applyPlatform} */
  removePlatform(
    cluster: string,
    removal: {
      planId: string;
      customResourceDefinitions?: 'Keep' | 'Delete';
    },
    options?: CallOptions,
  ): Promise<void>;
  /** The values of a Helm release of the platform. */
  getReleaseValues(
    cluster: string,
    release: string,
    options?: CallOptions,
  ): Promise<ReleaseValues>;
  getEntityNetworks(
    entity: { kind: string; namespace: string; name: string },
    options?: CallOptions,
  ): Promise<EntityNetworks>;
  /** @throws with `response.status` 404 where there is no such AppNetwork */
  getAppNetwork(
    ref: AppNetworkRef,
    options?: ChangedSince & CallOptions,
  ): Promise<AppNetworkView>;
  /** Creates or changes it, by server-side apply. */
  putAppNetwork(
    ref: AppNetworkRef,
    input: AppNetworkInput,
    options?: { dryRun?: boolean } & CallOptions,
  ): Promise<AppNetwork>;
  /** Starts its deletion; it is readable until everything it became is gone. */
  deleteAppNetwork(ref: AppNetworkRef, options?: CallOptions): Promise<void>;
  /** Applies Namespaces, ServiceAccounts, ConfigMaps, Services and Deployments. */
  applyWorkload(
    cluster: string,
    workload: { namespace?: string; manifests: KubernetesObject[] },
    options?: { dryRun?: boolean } & CallOptions,
  ): Promise<AppliedObject[]>;
  getDeployment(
    ref: AppNetworkRef,
    options?: ChangedSince & CallOptions,
  ): Promise<RolloutView>;
}

/**
 * Creates the client of the backend's HTTP API.
 *
 * @param options - `discoveryApi` and `fetchApi` as Backstage's frontend and backend both have them
 * @public
 */
export function createAppNetworkClient(options: {
  discoveryApi: { getBaseUrl(pluginId: string): Promise<string> };
  fetchApi: { fetch: typeof fetch };
}): AppNetworkClient {
  // The address may change while a backend runs, so it is asked for at every call.
  const client = async () =>
    createClient<paths>({
      baseUrl: await options.discoveryApi.getBaseUrl('app-network'),
      fetch: request => options.fetchApi.fetch(request),
    });
  const appNetwork =
    '/clusters/{cluster}/namespaces/{namespace}/appnetworks/{name}';

  return {
    async getClusters({ signal } = {}) {
      const { items } = await data(
        (await client()).GET('/clusters', { signal }),
      );
      return items;
    },
    async getPlatform(cluster, { signal } = {}) {
      return data(
        (await client()).GET('/clusters/{cluster}/platform', {
          params: { path: { cluster } },
          signal,
        }),
      );
    },
    async planPlatform(cluster, change, { signal } = {}) {
      return data(
        (await client()).POST('/clusters/{cluster}/platform/plan', {
          params: { path: { cluster } },
          body: change,
          signal,
        }),
      );
    },
    async applyPlatform(cluster, change, { signal } = {}) {
      return data(
        (await client()).POST('/clusters/{cluster}/platform/apply', {
          params: { path: { cluster } },
          body: change,
          signal,
        }),
      );
    },
    async removePlatform(cluster, query, { signal } = {}) {
      await succeeded(
        (
          await client()
        ).DELETE('/clusters/{cluster}/platform', {
          params: { path: { cluster }, query },
          signal,
        }),
      );
    },
    async getReleaseValues(cluster, release, { signal } = {}) {
      return data(
        (await client()).GET(
          '/clusters/{cluster}/platform/releases/{release}/values',
          { params: { path: { cluster, release } }, signal },
        ),
      );
    },
    async getEntityNetworks({ kind, namespace, name }, { signal } = {}) {
      return data(
        (await client()).GET('/entities/{kind}/{namespace}/{name}/networks', {
          params: { path: { kind, namespace, name } },
          signal,
        }),
      );
    },
    async getAppNetwork(ref, { signal, ...query } = {}) {
      return data(
        (await client()).GET(appNetwork, {
          params: { path: path(ref), query },
          signal,
        }),
      );
    },
    async putAppNetwork(ref, input, { dryRun, signal } = {}) {
      return data(
        (await client()).PUT(appNetwork, {
          params: { path: path(ref), query: { dryRun } },
          body: input,
          signal,
        }),
      );
    },
    async deleteAppNetwork(ref, { signal } = {}) {
      await succeeded(
        (
          await client()
        ).DELETE(appNetwork, {
          params: { path: path(ref) },
          signal,
        }),
      );
    },
    async applyWorkload(cluster, workload, { dryRun, signal } = {}) {
      const { items } = await data(
        (
          await client()
        ).POST('/clusters/{cluster}/workloads', {
          params: { path: { cluster }, query: { dryRun } },
          body: workload,
          signal,
        }),
      );
      return items;
    },
    async getDeployment(ref, { signal, ...query } = {}) {
      return data(
        (await client()).GET(
          '/clusters/{cluster}/namespaces/{namespace}/deployments/{name}',
          { params: { path: path(ref), query }, signal },
        ),
      );
    },
  };
}

/** Just the names, so that a caller may pass an object that has more. */
function path({ cluster, namespace, name }: AppNetworkRef): AppNetworkRef {
  return { cluster, namespace, name };
}

interface Result<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function data<T>(call: Promise<Result<T>>): Promise<T> {
  const result = await succeeded(call);
  return result.data as T;
}

async function succeeded<T>(call: Promise<Result<T>>): Promise<Result<T>> {
  const result = await call;
  if (!result.response.ok) {
    throw await responseError(result);
  }
  return result;
}

/** openapi-fetch has read the body already; ResponseError wants to read it itself. */
function responseError({ error, response }: Result<unknown>): Promise<Error> {
  const body = typeof error === 'string' ? error : JSON.stringify(error);
  const unread = new Response(body, {
    status: response.status,
    statusText: response.statusText,
    headers: { 'content-type': response.headers.get('content-type') ?? '' },
  });
  Object.defineProperty(unread, 'url', { value: response.url });
  return ResponseError.fromResponse(unread);
}
