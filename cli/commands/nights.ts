/** The commands that run workflows: `nightly`, `enrich`, `backfill`. */
import type { Command } from 'commander';
import { UserError } from '../../schema/contracts/errors.ts';
import { layers, type Layer, type NightlyInput } from '../../schema/contracts/runs.ts';
import { dryRunId } from '../../workflows/dry-run-id.ts';
import { enrichRequest } from '../enrich-request.ts';
import { inputName, nightRequest } from '../night-request.ts';
import { previewCommand, printEnriched, printReports, runCommand, type AskedNights } from '../run-command.ts';
import { positiveInteger, wholeNumber, withCommonOptions } from './options.ts';

interface NightOptions extends AskedNights {
  readonly force?: boolean;
  readonly tables?: string;
  readonly layers?: readonly Layer[];
  readonly budgetUsd?: number;
  readonly modelTables?: number;
  readonly dryRun?: boolean;
}

export function registerNights(program: Command): void {
  withCommonOptions(program.command('nightly'))
    .description(
      'run one night now, and show its report; the same command again joins it while it is under way',
    )
    .option('--repo <name>', 'a repository of the configuration (default: all of them)')
    .option('--as-of <date>', 'the night of this date (default: today)', isoDate)
    .option('--tables <glob>', 'only tables that fit, such as "*.marts.*"')
    .option(
      '--budget-usd <n>',
      'ask the model no more once all repositories together cost that much',
      dollars,
    )
    .option('--model-tables <n>', 'tables that the model may be asked about in each repository', wholeNumber)
    .option('--dry-run', 'say what would be done and what it would cost')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore nightly --as-of 2026-10-20\n  $ tablelore nightly --budget-usd 5 --dry-run',
    )
    .action((options: NightOptions) => {
      const { repo, asOf, tables, dryRun } = options;
      const input = given({ repo, asOf, tables, budget: budgetOf(options), dryRun }) as NightlyInput;
      if (dryRun !== true)
        return runCommand(
          options,
          ({ config }) => nightRequest(input, config.schedule.timeZone),
          printReports,
        );
      const workflowId = dryRunId('nightly-by-hand', Date.now());
      return previewCommand(options, { workflow: 'nightly', workflowId, input });
    });

  withCommonOptions(program.command('enrich'))
    .description('make one table’s description fresh now')
    .argument('<table>', 'a table id, or the end of one')
    .option('--repo <name>', 'the repository, where there are several')
    .option(
      '--as-of <date>',
      'as of this date (default: the published night; today where the code has changed since)',
      isoDate,
    )
    .option('--force', 'compute every stage anew, also where nothing changed')
    .addHelpText('after', '\nExample:\n  $ tablelore enrich marts.orders --force')
    .action((table: string, options: NightOptions) =>
      runCommand(
        options,
        (settings, world) => enrichRequest({ ...options, table }, settings, world),
        printEnriched,
      ),
    );

  withCommonOptions(program.command('backfill'))
    .description('run past nights, oldest first; the same command again goes on where it stopped')
    .requiredOption('--from <date>', 'first night', isoDate)
    .requiredOption('--to <date>', 'last night', isoDate)
    .option('--every <days>', 'days from one night to the next', positiveInteger, 1)
    .option('--repo <name>', 'a repository of the configuration (default: all of them)')
    .option('--tables <glob>', 'only tables that fit')
    .option('--layers <list>', `redo only these in nights that are done: ${layers.join(', ')}`, layerList)
    .option('--budget-usd <n>', 'ask the model no more once all nights together cost that much', dollars)
    .option('--model-tables <n>', 'tables that each night may ask the model about', wholeNumber)
    .option('--dry-run', 'say what would be done and what it would cost')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore backfill --from 2026-10-01 --to 2026-10-20 --every 5\n  $ tablelore backfill --from 2026-10-20 --to 2026-10-20 --layers infer --budget-usd 5 --dry-run',
    )
    .action((options: NightOptions) => {
      const input = backfillInput(options);
      const workflowId = `backfill-${options.from ?? ''}-${options.to ?? ''}-${inputName(input)}`;
      const request = { workflow: 'backfill', workflowId, input } as const;
      if (options.dryRun !== true) return runCommand(options, request, printReports);
      const dry = { workflowId: dryRunId(workflowId, Date.now()), input: { ...input, dryRun: true } };
      return previewCommand(options, { ...request, ...dry });
    });
}

function budgetOf({ budgetUsd, modelTables }: NightOptions): object | undefined {
  const budget = given({ usd: budgetUsd, modelTables });
  return Object.keys(budget).length > 0 ? budget : undefined;
}

function backfillInput(options: NightOptions): object {
  return given({
    repo: options.repo,
    from: options.from,
    to: options.to,
    every: options.every,
    tables: options.tables,
    layers: options.layers,
    budget: budgetOf(options),
  });
}

export function isoDate(text: string): string {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) : NaN;
  // 30 February is read as a day in March.
  if (!Number.isNaN(time) && new Date(time).toISOString().startsWith(text)) return text;
  throw new UserError(`"${text}" is not a date.`, { next: 'Write it as YYYY-MM-DD.' });
}

function layerList(text: string): readonly Layer[] {
  const names = text.split(',').map((name) => name.trim());
  const wrong = names.filter((name) => !layers.some((layer) => layer === name));
  if (wrong.length === 0) return [...new Set(names)] as Layer[];
  throw new UserError(`There is no layer "${wrong.join(', ')}".`, {
    next: `Give some of ${layers.join(', ')}.`,
  });
}

function dollars(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && Number.isFinite(value)) return value;
  throw new UserError(`--budget-usd takes an amount of US dollars such as 2.50, not "${text}".`);
}

const given = (fields: Record<string, unknown>): object =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
