/** Options that several commands take. */
import { InvalidArgumentError, type Command } from 'commander';
import { readSettings, type Settings } from '../settings.ts';

export interface CommonOptions {
  readonly dataDir?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** Adds `--data-dir`, `--config` and `--json`. */
export function withCommonOptions(command: Command): Command {
  return command
    .option(
      '--data-dir <dir>',
      'a data folder of its own (default: the one started last, else .tablelore/demo)',
    )
    .option('--config <file>', 'configuration (default: tablelore.yml here, else in the data folder)')
    .option('--json', 'print JSON for programs');
}

export const settingsOf = (options: CommonOptions): Settings =>
  readSettings({ dataDir: options.dataDir, config: options.config });

/** An option's whole number from 1. Throws commander's error, which names the option. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('Give a whole number from 1.');
}
