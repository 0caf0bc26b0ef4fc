import { objectPath } from './client';
import type { Discovery } from './discovery';

describe('objectPath', () => {
  const discovery: Discovery = {
    find: async () => ({ plural: 'gateways', namespaced: true }),
    forget: () => {},
  };

  it('stays in the kind, whatever somebody gives as a namespace and a name', async () => {
    const path = await objectPath(
      'dev',
      discovery,
      { verb: 'get', object: 'Gateway' },
      {
        apiVersion: 'networking.istio.io/v1',
        kind: 'Gateway',
        namespace: '../../../api/v1/namespaces/shop',
        name: 'a?b',
      },
    );
    expect(path).toBe(
      '/apis/networking.istio.io/v1/namespaces/..%2F..%2F..%2Fapi%2Fv1%2Fnamespaces%2Fshop/gateways/a%3Fb',
    );
  });
});
