import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  readRenderCase,
  renderCaseNames,
  TESTDATA,
} from '../testing/renderCases';
import { render } from './render';

const cases = renderCaseNames();

/** `UPDATE_GOLDEN=1` writes the golden files anew, for review. */
const update = Boolean(process.env.UPDATE_GOLDEN);

describe('render', () => {
  it.each(cases)('%s', name => {
    const { objects, ...rest } = renderCase(name);
    const text = [rest, ...objects]
      .map(document =>
        stringify(document, { aliasDuplicateObjects: false, lineWidth: 0 }),
      )
      .join('---\n');
    const golden = join(TESTDATA, `${name}.golden.yaml`);
    if (update) {
      writeFileSync(golden, text);
    }
    expect(text).toBe(readFileSync(golden, 'utf8'));
  });

  it('makes objects that fit the schemas of their CustomResourceDefinitions', () => {
    const errors = execFileSync(
      process.execPath,
      [join(__dirname, '../testing/schemaErrors.mts')],
      {
        input: JSON.stringify(cases.flatMap(name => renderCase(name).objects)),
        encoding: 'utf8',
      },
    );
    expect(JSON.parse(errors)).toEqual([]);
  });

  it('has an input for each golden file', () => {
    const golden = readdirSync(TESTDATA)
      .filter(file => file.endsWith('.golden.yaml'))
      .map(file => file.replace('.golden.yaml', ''));
    expect(golden).toEqual(cases);
  });
});

function renderCase(name: string) {
  const { appNetwork, facts, input } = readRenderCase(name);
  return render(appNetwork, facts, input);
}
