import { merge } from './merge';

describe('merge', () => {
  it.each<{
    title: string;
    live: unknown;
    previous: unknown;
    wanted: unknown;
    merged: unknown;
  }>([
    {
      title: 'writes what is set, and keeps the defaults of the API server',
      live: { spec: { replicas: 1, strategy: { type: 'RollingUpdate' } } },
      previous: { spec: { replicas: 1 } },
      wanted: { spec: { replicas: 3 } },
      merged: { spec: { replicas: 3, strategy: { type: 'RollingUpdate' } } },
    },
    {
      title: 'takes out what was set before and is no longer',
      live: { metadata: { annotations: { a: '1', b: '2', theirs: '3' } } },
      previous: { metadata: { annotations: { a: '1', b: '2' } } },
      wanted: { metadata: { annotations: { a: '1' } } },
      merged: { metadata: { annotations: { a: '1', theirs: '3' } } },
    },
    {
      title: 'takes out a whole map, and leaves in it what others have set',
      live: { limits: { cpu: '1' }, labels: { ours: 'a', theirs: 'b' } },
      previous: { limits: { cpu: '1' }, labels: { ours: 'a' } },
      wanted: {},
      merged: { labels: { theirs: 'b' } },
    },
    {
      title: 'leaves a field that is no longer set to whoever changed it since',
      live: { failurePolicy: 'Fail' },
      previous: { failurePolicy: 'Ignore' },
      wanted: {},
      merged: { failurePolicy: 'Fail' },
    },
    {
      title: 'puts back what somebody has changed',
      live: { replicas: 5 },
      previous: { replicas: 2 },
      wanted: { replicas: 2 },
      merged: { replicas: 2 },
    },
    {
      title: 'tells items of a list apart by their key, not by their place',
      live: {
        containers: [
          { name: 'sidecar', image: 'theirs' },
          { name: 'app', image: 'old', imagePullPolicy: 'IfNotPresent' },
          { name: 'gone', image: 'x' },
        ],
      },
      previous: {
        containers: [{ name: 'app', image: 'old' }, { name: 'gone' }],
      },
      wanted: {
        containers: [
          { name: 'app', image: 'new' },
          { name: 'more', image: 'y' },
        ],
      },
      merged: {
        containers: [
          { name: 'sidecar', image: 'theirs' },
          { name: 'app', image: 'new', imagePullPolicy: 'IfNotPresent' },
          { name: 'more', image: 'y' },
        ],
      },
    },
    {
      title:
        'replaces a list whose items have no key, where it has another length',
      live: { args: ['--a', '--b'] },
      previous: { args: ['--a', '--b'] },
      wanted: { args: ['--a'] },
      merged: { args: ['--a'] },
    },
    {
      title: 'sees no change in another way to write the same amount',
      live: { cpu: '1', memory: '128Mi', port: 80 },
      previous: {},
      wanted: { cpu: '1000m', memory: '131072Ki', port: '80' },
      merged: { cpu: '1', memory: '128Mi', port: 80 },
    },
    {
      title: 'sees no change in what the API server drops',
      live: { name: 'PLATFORM' },
      previous: { name: 'PLATFORM', value: '' },
      wanted: { name: 'PLATFORM', value: '', items: [] },
      merged: { name: 'PLATFORM' },
    },
    {
      title: 'adds an empty text that was not there before',
      live: { data: {} },
      previous: { data: {} },
      wanted: { data: { key: '' } },
      merged: { data: { key: '' } },
    },
  ])('$title', ({ live, previous, wanted, merged }) => {
    expect(merge(live, previous, wanted)).toEqual(merged);
  });
});
