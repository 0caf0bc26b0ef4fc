import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { TESTDATA } from '../import/testing/importCases';
import { importCommand } from './import';

async function run(...args: string[]) {
  let out = '';
  let err = '';
  const code = await importCommand(args, {
    out: text => {
      out += text;
    },
    err: text => {
      err += text;
    },
  });
  const names = parseAllDocuments(out).map(
    document => document.toJS().metadata.name,
  );
  return { code, out, err, names };
}

const file = (name: string) => join(TESTDATA, `${name}.input.yaml`);

describe('npm run import', () => {
  it('prints AppNetworks, and on the standard error what they do not keep', async () => {
    const { code, names, err } = await run(file('ingress-guarded'));
    expect(code).toBe(0);
    expect(names).toEqual(['shop']);
    expect(err).toMatch(
      /^Ingress shop\/shop, metadata\.annotations\[nginx\.ingress\.kubernetes\.io\/auth-type\] "basic": It decides who is let in/,
    );
  });

  it('imports what has a name, among what has others', async () => {
    const { names } = await run(
      file('several-objects-of-one-hostname'),
      '--name',
      'api',
    );
    expect(names).toEqual(['api']);
  });

  it('says that there is nothing to import', async () => {
    const { code, out, err } = await run(file('ingress'), '--name', 'other');
    expect(code).toBe(1);
    expect(out).toBe('');
    expect(err).toContain('no Ingress, VirtualService or HTTPRoute other');
  });

  it.each([
    ['nothing', []],
    ['a cluster without a namespace', ['--context', 'x']],
    ['a cluster and files', ['--context', 'x', '--namespace', 'y', 'z.yaml']],
  ])('says what to give where %s is given', async (_, args) => {
    await expect(run(...args)).rejects.toThrow(
      'npm run --silent import -- FILE...',
    );
  });
});
