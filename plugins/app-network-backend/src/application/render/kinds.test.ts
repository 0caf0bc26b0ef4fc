import { readFileSync } from 'node:fs';
import { resolvePackagePath } from '@backstage/backend-plugin-api';
import { RENDERED_KINDS } from './kinds';

const DOCUMENT = resolvePackagePath(
  '@app-network/backstage-plugin-app-network-backend',
  '../../docs/termination.md',
);

describe('docs/termination.md', () => {
  it('deletes every kind that an AppNetwork becomes, and no other', () => {
    const [, resources = ''] =
      /kubectl delete ([^]*?) \\\n/.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
    const deleted = resources.replaceAll('\\\n', '').split(',');
    expect(deleted.map(resource => resource.split('.')[0]).sort()).toEqual(
      RENDERED_KINDS.map(({ kind }) => plural(kind)).sort(),
    );
  });
});

/** A kind as its resource is named. */
function plural(kind: string): string {
  return `${kind.toLowerCase()}s`.replace(/([^aeiou])ys$/, '$1ies');
}
