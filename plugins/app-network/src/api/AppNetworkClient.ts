import type {
  ClusterSummary,
  EntityNetworks,
  NetworkPlatform,
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

  private async request(method: string, path: string[]): Promise<Response> {
    const baseUrl = await this.discoveryApi.getBaseUrl('app-network');
    const url = `${baseUrl}/${path.map(encodeURIComponent).join('/')}`;
    const response = await this.fetchApi.fetch(url, { method });
    if (!response.ok) {
      throw await ResponseError.fromResponse(response);
    }
    return response;
  }
}
