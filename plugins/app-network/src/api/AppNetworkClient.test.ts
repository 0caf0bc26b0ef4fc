import { mockApis } from '@backstage/frontend-test-utils';
import { AppNetworkClient } from './AppNetworkClient';

function clientAnswering(status: number, body?: unknown) {
  const fetch = jest.fn(
    async (_input: RequestInfo | URL, _init?: RequestInit) =>
      new Response(body === undefined ? null : JSON.stringify(body), {
        status,
        headers: { 'content-type': 'application/json' },
      }),
  );
  const client = new AppNetworkClient({
    discoveryApi: mockApis.discovery(),
    fetchApi: { fetch },
  });
  return { client, fetch };
}

describe('AppNetworkClient', () => {
  it('reads the clusters', async () => {
    const { client, fetch } = clientAnswering(200, { items: [] });

    await expect(client.getClusters()).resolves.toEqual([]);
    expect(fetch).toHaveBeenCalledWith(
      'http://example.com/api/app-network/clusters',
      { method: 'GET' },
    );
  });

  it('escapes what stands in an address', async () => {
    const { client, fetch } = clientAnswering(200, {});

    await client.getEntityNetworks({
      kind: 'Component',
      namespace: 'a/b',
      name: 'c d',
    });
    expect(fetch.mock.calls[0][0]).toBe(
      'http://example.com/api/app-network/entities/Component/a%2Fb/c%20d/networks',
    );
  });

  it('deletes an AppNetwork', async () => {
    const { client, fetch } = clientAnswering(204);

    await client.deleteAppNetwork({
      cluster: 'local',
      namespace: 'shop',
      name: 'cart',
    });
    expect(fetch).toHaveBeenCalledWith(
      'http://example.com/api/app-network/clusters/local/namespaces/shop/appnetworks/cart',
      { method: 'DELETE' },
    );
  });

  it('rejects with what the backend says', async () => {
    const { client } = clientAnswering(404, {
      error: {
        name: 'NotFoundError',
        message: 'cluster edge is not configured',
      },
      response: { statusCode: 404 },
    });

    await expect(client.getPlatform('edge')).rejects.toMatchObject({
      name: 'ResponseError',
      statusCode: 404,
      cause: { message: 'cluster edge is not configured' },
    });
  });
});
