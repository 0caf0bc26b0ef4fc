import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import fc from 'fast-check';
import { createStore } from '../engine/store';
import { APP_NETWORK } from '../kinds';
import { concernedBy } from './hostnameIndex';
import { overlap } from './render/hostnames';

const label = fc.constantFrom('a', 'b', 'shop');

const hostname = fc
  .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 4 }))
  .map(([wildcard, labels]) =>
    [...(wildcard ? ['*'] : []), ...labels, 'org'].join('.'),
  );

const hostnames = fc.uniqueArray(hostname, { maxLength: 3 });

const appNetworks = fc
  .array(fc.tuple(label, label, hostnames, hostnames), { maxLength: 8 })
  .map(list =>
    list.map(
      ([namespace, name, own, served], index): AppNetwork => ({
        ...APP_NETWORK,
        metadata: { namespace, name, resourceVersion: String(index + 1) },
        spec: { hostnames: own },
        status: { hostnames: served },
      }),
    ),
  );

/** The same without an index. */
function isConcerned(
  { metadata: { namespace, name }, spec, status }: AppNetwork,
  by: string[],
): boolean {
  const { hostnames: own = [] } = spec ?? {};
  return by.some(
    asked =>
      [...own, ...(status?.hostnames ?? [])].some(other =>
        overlap(asked, other),
      ) ||
      (own.length === 0 && asked.startsWith(`${name}.${namespace}.`)),
  );
}

describe('concernedBy', () => {
  it('finds whom some hostnames concern, whatever was there before', () => {
    fc.assert(
      fc.property(appNetworks, hostnames, (written, by) => {
        const store = createStore<AppNetwork>();
        concernedBy(store, by);
        // Later ones of the same name replace earlier ones.
        written.forEach(store.set);
        expect(new Set(concernedBy(store, by))).toEqual(
          new Set(store.list().filter(one => isConcerned(one, by))),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('gives each once', () => {
    const store = createStore<AppNetwork>();
    store.set({
      ...APP_NETWORK,
      metadata: { namespace: 'a', name: 'a' },
      spec: { hostnames: ['a.org', 'b.org'] },
    });
    expect(concernedBy(store, ['a.org', '*.org'])).toHaveLength(1);
  });
});
