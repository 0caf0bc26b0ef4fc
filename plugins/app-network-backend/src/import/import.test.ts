import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { schemaProblems } from '../commands/schemaProblems';
import { toYaml } from '../commands/terminal';
import { importNetworks } from './import';
import {
  importCaseNames,
  readImportCase,
  TESTDATA,
} from './testing/importCases';

/** `UPDATE_GOLDEN=1` writes the golden files anew, for review. */
const update = Boolean(process.env.UPDATE_GOLDEN);

describe('importNetworks', () => {
  const cases = importCaseNames();

  it.each(cases)('%s', name => {
    const { appNetworks, notKept } = importNetworks(readImportCase(name));
    const text = toYaml([{ notKept }, ...appNetworks]);
    const golden = join(TESTDATA, `${name}.golden.yaml`);
    if (update) {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('makes AppNetworks that the schema takes', () => {
    const all = cases.flatMap(
      name => importNetworks(readImportCase(name)).appNetworks,
    );
    expect(all.flatMap(schemaProblems)).toEqual([]);
  });

  it('has an input for each golden file', () => {
    const golden = readdirSync(TESTDATA)
      .filter(file => file.endsWith('.golden.yaml'))
      .map(file => file.replace('.golden.yaml', ''));
    expect(golden).toEqual(cases);
  });

  it('leaves its arguments as they are', () => {
    for (const name of cases) {
      const objects = readImportCase(name);
      importNetworks(objects);
      expect(objects).toEqual(readImportCase(name));
    }
  });
});
