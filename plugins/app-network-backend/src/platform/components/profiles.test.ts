import { readFileSync, writeFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { PROFILES, type Profile, type ProfileName } from './profiles';

const DOCUMENT = resolvePackagePath(
  '@app-network/backstage-plugin-app-network-backend',
  '../../docs/profiles.md',
);

const NAMES = Object.keys(PROFILES) as ProfileName[];

describe('docs/profiles.md', () => {
  it('has what the profiles say', () => {
    const text = readFileSync(DOCUMENT, 'utf8');
    const start = text.indexOf('-->\n') + '-->\n'.length;
    if (process.env.UPDATE_GOLDEN) {
      const table = tableOfProfiles()
        .map(row => `| ${row.join(' | ')} |`)
        .join('\n');
      writeFileSync(DOCUMENT, `${text.slice(0, start)}\n${table}\n`);
    }
    expect(cellsOf(readFileSync(DOCUMENT, 'utf8').slice(start))).toEqual(
      tableOfProfiles(),
    );
  });
});

function tableOfProfiles(): string[][] {
  const row = (title: string, cell: (profile: Profile) => string) => [
    title,
    ...NAMES.map(name => cell(PROFILES[name])),
  ];
  const { enabled, replicas } = PROFILES.production;
  const keys = <T extends object>(object: T) =>
    Object.keys(object) as (keyof T & string)[];
  return [
    ['', ...NAMES],
    ['---', ...NAMES.map(() => '---')],
    ...keys(enabled).map(key =>
      row(`${key} installed`, profile => (profile.enabled[key] ? 'yes' : 'no')),
    ),
    ...keys(replicas).map(key =>
      row(`pods of ${key}`, profile => String(profile.replicas[key])),
    ),
    ...keys(PROFILES.development.resources).map(key =>
      row(`asked for each pod of ${key}`, ({ resources }) =>
        describeRequests(resources[key]),
      ),
    ),
  ];
}

function describeRequests(resources: object | undefined): string {
  const { requests } = (resources ?? {}) as {
    requests?: { cpu: string; memory: string };
  };
  return requests ? `${requests.cpu}, ${requests.memory}` : 'as the chart says';
}

function cellsOf(table: string): string[][] {
  return table
    .trim()
    .split('\n')
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim().replace(/^-+$/, '---')),
    );
}
