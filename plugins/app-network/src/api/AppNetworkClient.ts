import type {
  ClusterSummary,
  EntityNetworks,
  NetworkPlatform,
  NetworkPlatformSpec,
  PlatformChange,
  PlatformPlan,
  ReleaseValues,
} from '@app-network/backstage-plugin-app-network-common';
import type { CompoundEntityRef } from '@backstage/catalog-model';
import type { DiscoveryApi, FetchApi } from '@backstage/core-plugin-api';
import { ResponseError } from '@backstage/errors';
import type { AppNetworkApi, AppNetworkRef } from './AppNetworkApi';

/**
 * Calls the HTTP API of the backend plugin.
 * @public
 */
export class AppNetworkClient implements AppNetworkApi {
  private readonly discoveryApi: DiscoveryApi;
  private readonly fetchApi: FetchApi;

  constructor(options: { discoveryApi: DiscoveryApi; fetchApi: FetchApi }) {
    this.discoveryApi = options.discoveryApi;
    this.fetchApi = options.fetchApi;
  }

  async getClusters(): Promise<ClusterSummary[]> {
    const response = await this.request('GET', ['clusters']);
    const { items } = (await response.json()) as { items: ClusterSummary[] };
    return items;
  }

  async getPlatform(cluster: string): Promise<NetworkPlatform> {
    const response = await this.request('GET', [
      'clusters',
      cluster,
      'platform',
    ]);
    return await response.json();
  }

  async planPlatform(
    cluster: string,
    change: PlatformChange,
  ): Promise<PlatformPlan> {
    const response = await this.request(
      'POST',
      ['clusters', cluster, 'platform', 'plan'],
      { body: change },
    );
    return await response.json();
  }

  async applyPlatform(
    cluster: string,
    change: { spec: NetworkPlatformSpec; planId: string },
  ): Promise<NetworkPlatform> {
    const response = await this.request(
      'POST',
      ['clusters', cluster, 'platform', 'apply'],
      { body: change },
    );
    return await response.json();
  }

  async removePlatform(
    cluster: string,
    removal: { planId: string; customResourceDefinitions?: 'Keep' | 'Delete' },
  ): Promise<void> {
    await this.request('DELETE', ['clusters', cluster, 'platform'], {
      query: removal,
    });
  }

  async getReleaseValues(
    cluster: string,
    release: string,
  ): Promise<ReleaseValues> {
    const response = await this.request('GET', [
      'clusters',
      cluster,
      'platform',
      'releases',
      release,
      'values',
    ]);
    return await response.json();
  }

  async getEntityNetworks(
    entityRef: CompoundEntityRef,
  ): Promise<EntityNetworks> {
    const response = await this.request('GET', [
      'entities',
      entityRef.kind,
      entityRef.namespace,
      entityRef.name,
      'networks',
    ]);
    return await response.json();
  }

  async deleteAppNetwork(ref: AppNetworkRef): Promise<void> {
    await this.request('DELETE', [
      'clusters',
      ref.cluster,
      'namespaces',
      ref.namespace,
      'appnetworks',
      ref.name,
    ]);
  }

  private async request(
    method: string,
    path: string[],
    options: { body?: unknown; query?: Record<string, string> } = {},
  ): Promise<Response> {
    const { body, query } = options;
    const baseUrl = await this.discoveryApi.getBaseUrl('app-network');
    const search = query ? `?${new URLSearchParams(query)}` : '';
    const url = `${baseUrl}/${path.map(encodeURIComponent).join('/')}${search}`;
    const response = await this.fetchApi.fetch(url, {
      method,
      ...(body === undefined
        ? {}
        : {
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }),
    });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}
