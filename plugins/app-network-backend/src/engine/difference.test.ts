import type { KubernetesObject } from '@app-network/backstage-plugin-app-network-common';
import { findDifference } from './difference';

type Anything = KubernetesObject & Record<string, unknown>;

const object = (
  fields: Record<string, unknown>,
  owned?: Record<string, unknown>,
): Anything => ({
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: {
    name: 'a',
    namespace: 'b',
    ...(owned
      ? {
          managedFields: [
            {
              manager: 'kubectl',
              operation: 'Update',
              fieldsV1: { 'f:x': {} },
            },
            { manager: 'app-network', operation: 'Apply', fieldsV1: owned },
            {
              manager: 'app-network',
              operation: 'Apply',
              subresource: 'status',
              fieldsV1: { 'f:status': {} },
            },
          ],
        }
      : {}),
  },
  ...fields,
});

const cases: {
  title: string;
  desired: Record<string, unknown>;
  live: Record<string, unknown>;
  owned: Record<string, unknown>;
  difference: string | undefined;
}[] = [
  {
    title: 'nothing, where what is desired is there with defaults beside it',
    desired: { spec: { a: 1, list: [{ b: 2 }] } },
    live: { spec: { a: 1, list: [{ b: 2 }], other: 3 } },
    owned: { 'f:spec': { 'f:a': {}, 'f:list': {} } },
    difference: undefined,
  },
  {
    title: 'a field of an item that is no longer desired',
    desired: { spec: { http: [{ match: [{ uri: 'a' }] }] } },
    live: { spec: { http: [{ match: [{ uri: 'a', headers: { b: 1 } }] }] } },
    owned: { 'f:spec': { 'f:http': {} } },
    difference: 'spec.http[0].match[0].headers',
  },
  {
    title: 'the same within an item that has a key',
    desired: { spec: { hooks: [{ name: 'a', rules: [{ verb: 'b' }] }] } },
    live: {
      spec: { hooks: [{ name: 'a', other: 1, rules: [{ verb: 'b', c: 2 }] }] },
    },
    owned: {
      'f:spec': {
        'f:hooks': {
          'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:rules': {} },
        },
      },
    },
    difference: 'spec.hooks[0].rules[0].c',
  },
  {
    title:
      'nothing, for an empty field that the API server has put into an item',
    desired: { spec: { list: [{ a: 1 }] } },
    live: { spec: { list: [{ a: 1, b: null }] } },
    owned: { 'f:spec': { 'f:list': {} } },
    difference: undefined,
  },
  {
    title: 'a value that changed',
    desired: { spec: { list: [{ b: 2 }] } },
    live: { spec: { list: [{ b: 3 }] } },
    owned: { 'f:spec': { 'f:list': {} } },
    difference: 'spec.list[0].b',
  },
  {
    title: 'nothing, for an empty list that the API server has dropped',
    desired: { spec: { list: [] } },
    live: { spec: {} },
    owned: { 'f:spec': { 'f:list': {} } },
    difference: undefined,
  },
  {
    title: 'an empty map that was not applied yet',
    desired: { spec: { a: 1, map: {} } },
    live: { spec: { a: 1 } },
    owned: { 'f:spec': { 'f:a': {} } },
    difference: 'spec.map',
  },
  {
    title: 'a list that grew',
    desired: { spec: { list: [1] } },
    live: { spec: { list: [1, 2] } },
    owned: { 'f:spec': { 'f:list': {} } },
    difference: 'spec.list',
  },
  {
    title: 'a field that is missing',
    desired: { spec: { a: { b: false } } },
    live: { spec: {} },
    owned: { 'f:spec': { 'f:a': { 'f:b': {} } } },
    difference: 'spec.a',
  },
  {
    title: 'nothing, for a field that is desired as undefined or null',
    desired: { spec: { a: 1, b: undefined, c: null } },
    live: { spec: { a: 1 } },
    owned: { 'f:spec': { 'f:a': {} } },
    difference: undefined,
  },
  {
    title: 'a field of ours that is no longer desired',
    desired: { spec: { a: 1 } },
    live: { spec: { a: 1, b: { c: 2 } } },
    owned: { 'f:spec': { 'f:a': {}, 'f:b': { 'f:c': {} } } },
    difference: 'spec.b',
  },
  {
    title: 'nothing, for a field of another that is not desired',
    desired: { spec: { a: 1 } },
    live: { spec: { a: 1, b: 2 } },
    owned: { 'f:spec': { 'f:a': {} } },
    difference: undefined,
  },
  {
    title:
      'a list that another has taken over, within a field that is still ours',
    desired: { spec: { a: 1, http: [{ match: 1 }] } },
    live: { spec: { a: 1, http: [{ match: 1, added: 2 }] } },
    owned: { 'f:spec': { 'f:a': {} } },
    difference: 'spec.http',
  },
  {
    title: 'an item of ours, by its key, that is no longer desired',
    desired: { spec: { ports: [{ port: 80 }] } },
    live: { spec: { ports: [{ port: 80, protocol: 'TCP' }] } },
    owned: {
      'f:spec': {
        'f:ports': {
          '.': {},
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
          'k:{"port":81,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
        },
      },
    },
    difference: 'spec.ports',
  },
  {
    title: 'nothing, for items by key, where a key has its default',
    desired: { spec: { ports: [{ port: 80 }] } },
    live: { spec: { ports: [{ port: 80, protocol: 'TCP' }] } },
    owned: {
      'f:spec': {
        'f:ports': {
          'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
        },
      },
    },
    difference: undefined,
  },
  {
    title: 'an item of a set that is no longer desired',
    desired: { spec: { set: ['a', 'c'] } },
    live: { spec: { set: ['a', 'c'] } },
    owned: { 'f:spec': { 'f:set': { 'v:"a"': {}, 'v:"b"': {} } } },
    difference: 'spec.set["b"]',
  },
];

describe('findDifference', () => {
  it.each(cases)('is $title', ({ desired, live, owned, difference }) => {
    expect(findDifference(object(desired), object(live, owned))).toBe(
      difference,
    );
  });

  it('is the first field, where we have never applied the object', () => {
    expect(
      findDifference(object({ spec: { a: 1 } }), object({ spec: { a: 1 } })),
    ).toBe('spec');
  });
});
