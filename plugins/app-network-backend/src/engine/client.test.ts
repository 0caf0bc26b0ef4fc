import { objectPath } from './client';
import type { Discovery } from './discovery';

const discovery: Discovery = {
  find: async () => ({ plural: 'appnetworks', namespaced: true }),
  forget: () => {},
};

function pathOf(namespace: string, name: string): Promise<string> {
  return objectPath(
    'test',
    discovery,
    { verb: 'delete', object: 'AppNetwork' },
    {
      apiVersion: 'app-network.io/v1alpha1',
      kind: 'AppNetwork',
      namespace,
      name,
    },
  );
}

describe('objectPath', () => {
  it('is that of the object', async () => {
    await expect(pathOf('shop', 'cart')).resolves.toBe(
      '/apis/app-network.io/v1alpha1/namespaces/shop/appnetworks/cart',
    );
  });

  it.each(['shop/appnetworks', 'shop%2Fappnetworks', '.', '..'])(
    'leads to no other object by a namespace or name %s',
    async found => {
      await expect(pathOf(found, 'cart')).rejects.toThrow(
        `metadata.namespace: found ‘${found}’`,
      );
      await expect(pathOf('shop', found)).rejects.toThrow(
        `metadata.name: found ‘${found}’`,
      );
    },
  );

  it('has no query from a name', async () => {
    await expect(pathOf('a?b', 'c#d')).resolves.toMatch(
      /namespaces\/a%3Fb\/appnetworks\/c%23d$/,
    );
  });
});
