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

/** Reads an option's whole number within bounds, both included. Throws commander's error, which names the option. */
export const integerWithin =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    if (/^\d+$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    const upTo = most === Number.MAX_SAFE_INTEGER ? '' : ` to ${most}`;
    throw new InvalidArgumentError(`Give a whole number from ${least}${upTo}.`);
  };

export const positiveInteger = integerWithin(1);
export const wholeNumber = integerWithin(0);
