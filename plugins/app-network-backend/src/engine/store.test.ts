import {
  OWNER_LABEL,
  type KubernetesObject,
} from '@app-network/backstage-plugin-app-network-common';
import { createStore } from './store';

const object = (
  name: string,
  resourceVersion: string,
  owner?: string,
): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name,
    namespace: 'n',
    resourceVersion,
    labels: owner ? { [OWNER_LABEL]: owner } : {},
  },
});

describe('createStore', () => {
  it('finds objects by name, namespace and owner, and forgets the owner they had', () => {
    const store = createStore();
    store.set(object('a', '9', 'x'));
    store.set(object('a', '10', 'y'));
    expect(store.get('n', 'a')?.metadata.resourceVersion).toBe('10');
    expect(store.list('n')).toHaveLength(1);
    expect(store.list('m')).toEqual([]);
    expect(store.ownedBy('x')).toEqual([]);
    expect(store.ownedBy('y')).toHaveLength(1);
  });

  it('finds objects by other values, as they are now', () => {
    const letters = ({ metadata }: KubernetesObject) =>
      metadata.annotations?.letters?.split('') ?? [];
    const annotated = (name: string, version: string, annotation: string) => {
      const made = object(name, version);
      made.metadata.annotations = { letters: annotation };
      return made;
    };
    const store = createStore();
    store.set(annotated('before', '1', 'xy'));
    const index = store.index(letters);
    const found = (value: string) =>
      index.get(value).map(({ metadata }) => metadata.name);
    expect(store.index(letters)).toBe(index);
    expect(found('x')).toEqual(['before']);

    store.set(annotated('after', '2', 'xz'));
    expect(found('x')).toEqual(['before', 'after']);
    store.set(annotated('before', '3', 'y'));
    expect(found('x')).toEqual(['after']);
    expect(index.get('y')[0]?.metadata.resourceVersion).toBe('3');
    store.delete(annotated('after', '4', 'z'));
    expect(found('x')).toEqual([]);
    expect(found('z')).toEqual([]);
    store.replace([annotated('listed', '5', 'x')], '6');
    expect(found('x')).toEqual(['listed']);
    expect(found('y')).toEqual([]);
    store.clear();
    expect(found('x')).toEqual([]);
  });

  it('keeps the newer of two states, whichever comes first', () => {
    const store = createStore();
    expect(store.set(object('a', '10'))).toBe(true);
    expect(store.set(object('a', '9'))).toBe(false);
    expect(store.set(object('a', '10'))).toBe(false);
    expect(store.get('n', 'a')?.metadata.resourceVersion).toBe('10');
  });

  it('does not let the deletion of an object take out the one that was made after it', () => {
    const store = createStore();
    store.set(object('a', '12'));
    expect(store.delete(object('a', '11'))).toBe(false);
    expect(store.delete(object('a', '12'))).toBe(true);
    expect(store.list()).toEqual([]);
  });

  it('does not take in a write that the watch has gone past, for the object may be gone', () => {
    const store = createStore();
    store.setVersion('20');
    expect(store.setWritten(object('a', '19'))).toBe(false);
    expect(store.setWritten(object('b', '21'))).toBe(true);
    expect(store.list().map(({ metadata }) => metadata.name)).toEqual(['b']);
  });

  it('replaces all by a list, but for what was written after it, and says what changed', () => {
    const store = createStore();
    store.replace(
      [object('gone', '1'), object('same', '2'), object('changed', '3')],
      '3',
    );
    store.setWritten(object('new', '9'));
    const changed = store.replace(
      [object('same', '2'), object('changed', '5'), object('added', '6')],
      '7',
    );
    expect(changed.map(({ metadata }) => metadata.name).sort()).toEqual([
      'added',
      'changed',
      'gone',
    ]);
    expect(
      store
        .list()
        .map(({ metadata }) => metadata.name)
        .sort(),
    ).toEqual(['added', 'changed', 'new', 'same']);
  });

  it('starts anew when versions have gone back, as after a restore of etcd', () => {
    const store = createStore();
    store.replace([object('a', '100'), object('b', '101')], '101');
    store.replace([object('a', '7')], '8');
    expect(
      store.list().map(({ metadata }) => metadata.resourceVersion),
    ).toEqual(['7']);
  });

  it('keeps of managedFields what is ours and what is of Helm', () => {
    const store = createStore();
    const [a] = [object('a', '1')];
    a.metadata.managedFields = [
      { manager: 'kubectl' },
      { manager: 'app-network' },
      { manager: 'app-network-mesh' },
      { manager: 'helm' },
    ];
    store.set(a);
    expect(store.get('n', 'a')?.metadata.managedFields).toEqual([
      { manager: 'app-network' },
      { manager: 'app-network-mesh' },
      { manager: 'helm' },
    ]);
  });
});
