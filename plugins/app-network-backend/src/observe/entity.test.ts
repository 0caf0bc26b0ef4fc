import type { AppNetwork } from '@app-network/backstage-plugin-app-network-common';
import { entityQuery, selectAppNetworks } from './entity';

const entity = (annotations: Record<string, string>) => ({
  apiVersion: 'backstage.io/v1alpha1',
  kind: 'Component',
  metadata: { name: 'shop', annotations },
});

const appNetwork = (
  namespace: string,
  name: string,
  labels?: Record<string, string>,
): AppNetwork => ({
  apiVersion: 'app-network.io/v1alpha1',
  kind: 'AppNetwork',
  metadata: { namespace, name, labels },
});

const all = [
  appNetwork('b', 'by-id', { 'backstage.io/kubernetes-id': 'shop' }),
  appNetwork('a', 'by-id', { 'backstage.io/kubernetes-id': 'shop' }),
  appNetwork('a', 'other-id', { 'backstage.io/kubernetes-id': 'cart' }),
  appNetwork('a', 'by-label', { app: 'shop', tier: 'web' }),
  appNetwork('a', 'no-label'),
];

const names = (annotations: Record<string, string>) =>
  selectAppNetworks(entityQuery(entity(annotations)), all).map(
    ({ metadata }) => `${metadata.namespace}/${metadata.name}`,
  );

it.each([
  [
    'its name is the id where no annotation says another',
    {},
    ['a/by-id', 'b/by-id'],
  ],
  [
    'the annotation names the id',
    { 'backstage.io/kubernetes-id': 'cart' },
    ['a/other-id'],
  ],
  [
    'the namespace narrows',
    { 'backstage.io/kubernetes-namespace': 'b' },
    ['b/by-id'],
  ],
  [
    'the label selector adds what it selects',
    { 'backstage.io/kubernetes-label-selector': 'app=shop' },
    ['a/by-id', 'a/by-label', 'b/by-id'],
  ],
  [
    'a set-based selector works too, within the namespace',
    {
      'backstage.io/kubernetes-label-selector': 'tier in (web, api),app!=cart',
      'backstage.io/kubernetes-namespace': 'a',
    },
    ['a/by-id', 'a/by-label'],
  ],
  [
    'absent keys and notin',
    {
      'backstage.io/kubernetes-id': 'none',
      'backstage.io/kubernetes-label-selector':
        '!tier,backstage.io/kubernetes-id notin (shop)',
    },
    ['a/no-label', 'a/other-id'],
  ],
])("finds an entity's AppNetworks: %s", (_, annotations, expected) => {
  expect(names(annotations)).toEqual(expected);
});

it('reads the cluster', () => {
  expect(
    entityQuery(entity({ 'backstage.io/kubernetes-cluster': 'dev' })).cluster,
  ).toBe('dev');
});

it('names the entity, the annotation and the part of a broken selector', () => {
  expect(() =>
    entityQuery(
      entity({
        'backstage.io/kubernetes-label-selector': 'app=shop,tier ~ web',
      }),
    ),
  ).toThrow(
    'Component shop, annotation backstage.io/kubernetes-label-selector: label selector: found ‘tier ~ web’, expected key=value',
  );
});
