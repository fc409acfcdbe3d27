/** `refute`: a search for counterexamples to the keys that were proved. */
import type { Command } from 'commander';
import type { TableTrial } from '../../activities/refute.ts';
import type { Counterexample } from '../../activities/refute/try-keys.ts';
import { inScope } from '../../activities/scope.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import type { Terminal } from '../terminal.ts';
import { positiveInteger } from './options.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

interface Options extends ReadOptions {
  readonly tables?: string;
  readonly databases: number;
  readonly seed: number;
}

export function registerRefute(program: Command): void {
  withReadOptions(program.command('refute'))
    .description('search for counterexamples to the proved keys: each query is run on small random databases')
    .option('--tables <glob>', 'tables whose names match (default: all)')
    .option('--databases <n>', 'random databases a table', positiveInteger, 200)
    .option('--seed <n>', 'another seed, other databases', positiveInteger, 1)
    .addHelpText('after', `\n${legend}\n\nExample:\n  $ tablelore refute --tables '*.marts.*'`)
    .action((options: Options) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        const { refute } = await import('../../activities/refute.ts');
        const matches = inScope({ table: null, tables: options.tables ?? null });
        for (const night of nights) {
          const tally = new Map<string, number>();
          const refuted: TableTrial[] = [];
          const control = { keys: 0, refuted: 0 };
          for await (const tried of refute(db, night, matches, options)) {
            const { trial } = tried;
            const kind = trial.outcome === 'untried' ? trial.reason : trial.outcome;
            tally.set(kind, (tally.get(kind) ?? 0) + 1);
            if (trial.outcome === 'refuted') refuted.push(tried);
            if (trial.outcome !== 'held') continue;
            control.keys += trial.control.keys;
            control.refuted += trial.control.refuted;
          }
          const { repo, asOf } = night;
          const counts = { held: tally.get('held') ?? 0, refuted: refuted.length, control };
          const untried = [...tally]
            .filter(([kind]) => kind !== 'held' && kind !== 'refuted')
            .sort(([, a], [, b]) => b - a);
          answer(
            { repo, asOf, ...counts, untried: Object.fromEntries(untried), counterexamples: refuted },
            () => [
              terminal.style('bold', `${repo} as of ${asOf}`),
              `${counts.held} tables whose proved keys held, ${counts.refuted} refuted`,
              `control: of ${control.keys} keys with a column left out, ${control.refuted} were refuted`,
              ...untried.map(([reason, count]) =>
                terminal.style('dim', `${String(count).padStart(6)} not tried: ${reason}`),
              ),
              ...refuted.flatMap((each) => [...counterexampleLines(each, terminal)]),
            ],
          );
          if (refuted.length > 0) process.exitCode = 1;
        }
      }),
    );
}

const legend = `What a proof knows of the tables that are read (keys, NULLs, values, conditions) holds in every random database; functions that it knows nothing
of are arbitrary ones. So a counterexample is a fault of the proof, or of the reading of the code. Exit code 1 where there is one.`;

function* counterexampleLines({ table, path, trial }: TableTrial, { style }: Terminal): Generator<string> {
  if (trial.outcome !== 'refuted') return;
  const { key, rows, database, sql }: Counterexample = trial.counterexample;
  yield '';
  yield `${style('red', '✗')} ${style('bold', table)}  ${path ?? ''}`;
  yield `  (${key.join(', ')}) is not unique: ${rows.map((row) => JSON.stringify(row)).join(' and ')}`;
  for (const [read, content] of Object.entries(database)) yield `  ${read}: ${JSON.stringify(content)}`;
  yield style('dim', `  ${oneLine(sql)}`);
}
