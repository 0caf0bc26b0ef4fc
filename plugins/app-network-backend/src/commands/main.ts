import { toError } from '@backstage/errors';
import { importCommand } from './import';
import { renderCommand } from './render';
import type { Output } from './terminal';

// `npm run render` and `npm run import`: commands of this plugin for people at a terminal.

const COMMANDS: Record<
  string,
  (args: string[], output: Output) => Promise<number>
> = { import: importCommand, render: renderCommand };

const [name = '', ...args] = process.argv.slice(2);
const output: Output = {
  out: text => process.stdout.write(text),
  err: text => process.stderr.write(text),
};

COMMANDS[name]?.(args, output)
  .catch(error => {
    output.err(`${toError(error).message}\n`);
    return 2;
  })
  .then(code => {
    process.exitCode = code;
  });
