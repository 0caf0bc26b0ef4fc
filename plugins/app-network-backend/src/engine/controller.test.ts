import { mockServices } from '@backstage/backend-test-utils';
import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { source, startController } from './controller';
import { objectKey } from './objects';
import { createStore } from './store';
import type { Informer } from './types';

type Thing = KubernetesObject & { spec?: string; status?: string };

const KIND = { apiVersion: 'v1', kind: 'Thing' };

/** An informer whose objects a test changes. */
function informerOf() {
  const store = createStore<Thing>();
  const handlers = new Set<(object: Thing | undefined) => void>();
  const informer: Informer<Thing> = {
    ...store,
    kind: KIND,
    state: 'Synced',
    message: '',
    hasSynced: true,
    onChange(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
  };
  let version = 0;
  const thing = (name: string, content: Partial<Thing>): Thing => {
    version += 1;
    const metadata = { name, resourceVersion: String(version) };
    return { ...KIND, metadata, ...content };
  };
  const tell = (object: Thing) => handlers.forEach(handler => handler(object));
  return {
    informer,
    set(name: string, content: Partial<Thing> = {}) {
      const object = thing(name, content);
      store.set(object);
      tell(object);
    },
    delete(name: string) {
      const object = thing(name, {});
      store.delete(object);
      tell(object);
    },
  };
}

describe('startController', () => {
  it('tells nobody of a change that leaves as it was what is read of an object', async () => {
    const primary = informerOf();
    const read = informerOf();
    const stop = new AbortController();
    const reconciled: string[] = [];
    let reached: (key: string) => void = () => {};
    const { stopped } = startController({
      name: 'things',
      logger: mockServices.logger.mock(),
      reconciler: {
        reconcile: async key => {
          reconciled.push(key);
          reached(key);
        },
      },
      sources: [
        source(primary.informer, object => [objectKey(object)]),
        source(
          read.informer,
          object => [objectKey(object)],
          ({ spec }) => spec,
        ),
      ],
      concurrency: 1,
      signal: stop.signal,
    });
    /** What is reconciled up to now, for keys are in order. */
    const sinceLast = () =>
      new Promise<string[]>(resolve => {
        reached = key => {
          if (key === 'end') {
            resolve(reconciled.splice(0).slice(0, -1));
          }
        };
        primary.set('end');
      });

    read.set('a', { spec: 'x', status: '1' });
    expect(await sinceLast()).toEqual(['a']);
    read.set('a', { spec: 'x', status: '2' });
    expect(await sinceLast()).toEqual([]);
    read.set('a', { spec: 'y', status: '2' });
    expect(await sinceLast()).toEqual(['a']);
    read.delete('a');
    expect(await sinceLast()).toEqual(['a']);
    read.set('a', { spec: 'y' });
    expect(await sinceLast()).toEqual(['a']);
    stop.abort();
    await stopped;
  });
});
