/** The command line `tablelore`. Each command is a file in commands/. */
import { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from './commands/index.ts';
import { exitCodeOf, exitCodes, printError } from './exit.ts';

export function buildProgram(): Command {
  const program = new Command('tablelore')
    .description('Reads a pipeline monorepo every night and writes one trustworthy description per table.')
    .version(version())
    .showHelpAfterError('(see --help)')
    .exitOverride()
    .addHelpText('after', `\nExit codes: ${Object.entries(exitCodes).map(([name, code]) => `${code} ${name}`).join(', ')}.`); // prettier-ignore
  for (const register of commands) register(program);
  return program;
}

function version(): string {
  const home = import.meta.filename.endsWith('.ts')
    ? join(import.meta.dirname, '..')
    : join(import.meta.dirname, '..', '..');
  return (JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as { version: string }).version;
}

if (import.meta.main) {
  // Whoever reads our output may have enough of it (`| head`): what else would be written is dropped.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  buildProgram()
    .parseAsync()
    .then(
      () => process.exit(process.exitCode ?? 0),
      (error: unknown) => {
        printError(error, process.argv.includes('--json'));
        process.exit(exitCodeOf(error));
      },
    );
}
