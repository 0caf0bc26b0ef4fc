import type { ReleaseView } from '../componentStatus';
import { leavesRecords } from './drains';

const ARGS = [
  '--policy=sync',
  '--provider=rfc2136',
  '--domain-filter=example.com',
  '--txt-owner-id=blue',
];

const VALUES = {
  provider: { name: 'rfc2136' },
  domainFilters: ['example.com'],
  txtOwnerId: 'blue',
};

const view = (change: {
  step?: string;
  values?: object;
  ours?: boolean;
  running?: string;
}) =>
  ({
    release: {
      release: 'external-dns',
      values: { ...VALUES, ...change.values },
    },
    step: { action: change.step ?? 'uninstall' },
    running: change.running,
    installed: { ours: change.ours ?? true },
  } as unknown as ReleaseView);

describe('leavesRecords', () => {
  it.each<[string, ReleaseView, string[], boolean]>([
    ['when it goes', view({}), ARGS, true],
    ['not while it stays', view({ step: 'none' }), ARGS, false],
    ['not while Helm is at it', view({ running: 'uninstall' }), ARGS, false],
    ["not when it is somebody else's", view({ ours: false }), ARGS, false],
    [
      'not when it may not delete, for then its user wants it so',
      view({}),
      ['--policy=upsert-only', ...ARGS.slice(1)],
      false,
    ],
    ['not when it changes otherwise', view({ step: 'upgrade' }), ARGS, false],
    [
      'when it turns to another zone',
      view({ step: 'upgrade', values: { domainFilters: ['example.net'] } }),
      ARGS,
      true,
    ],
    [
      'when it becomes another owner',
      view({ step: 'upgrade', values: { txtOwnerId: 'green' } }),
      ARGS,
      true,
    ],
    [
      'when it goes to another provider',
      view({ step: 'upgrade', values: { provider: 'aws' } }),
      ARGS,
      true,
    ],
  ])('%s', (_, given, args, expected) => {
    expect(leavesRecords(given, args)).toBe(expected);
  });
});
