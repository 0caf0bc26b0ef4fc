import type { AddressInfo } from 'node:net';
import {
  createAppNetworkClient,
  type AppNetworkClient,
} from '@app-network/backstage-plugin-app-network-common';

/**
 * A client of the plugin in a backend that a test has started.
 *
 * @param authorization - header of whom it speaks for, such as `mockCredentials.user.header()`
 */
export function apiClient(
  server: { address(): AddressInfo | string | null },
  authorization: string,
): AppNetworkClient {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return createAppNetworkClient({
    discoveryApi: {
      getBaseUrl: async pluginId => `http://localhost:${port}/api/${pluginId}`,
    },
    fetchApi: {
      fetch: (input, init) => {
        const request = new Request(input, init);
        request.headers.set('authorization', authorization);
        return fetch(request);
      },
    },
  });
}
