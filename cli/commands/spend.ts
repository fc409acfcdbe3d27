/** `spend`: what the coding model took, in tokens and money. */
import { Option, type Command } from 'commander';
import { oneLine } from '../../knowledge/plain-text.ts';
import { modelSpendBy, spendGroups, type SpendGroup, type SpendRow } from '../../store/model-spend.ts';
import type { Terminal } from '../terminal.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

const mostRows = 50;

export function registerSpend(program: Command): void {
  withReadOptions(program.command('spend'), { asOf: false })
    .description('sum up what the coding model took, in tokens and money')
    .addOption(new Option('--by <what>', 'what calls are summed up by').choices(spendGroups).default('month'))
    .addHelpText('after', '\nExample:\n  $ tablelore spend --by table')
    .action((options: ReadOptions & { readonly by: SpendGroup }) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        for (const { repo } of nights) {
          const rows = await modelSpendBy(db, repo, options.by);
          answer({ repo, by: options.by, rows }, () => spendLines(repo, rows, terminal));
        }
      }),
    );
}

const columns = ['calls', 'input', 'cached', 'output', 'reasoning', 'US dollars'];

export function* spendLines(
  repo: string,
  rows: readonly SpendRow[],
  { style }: Pick<Terminal, 'style'>,
): Generator<string> {
  yield style('bold', repo);
  if (rows.length === 0) {
    yield '  The model was never asked.';
    return;
  }
  const shown = rows.slice(0, mostRows).map((row) => ({ name: oneLine(`${row.name} · ${row.model}`), row }));
  const width = Math.max(...shown.map(({ name }) => name.length));
  yield style('dim', `  ${''.padEnd(width)}${columns.map((name) => name.padStart(13)).join('')}`);
  for (const { name, row } of shown) {
    const { calls, input, cachedInput, output, reasoning, costUsd } = row;
    const figures = [calls, input, cachedInput, output, reasoning].map((n) => n.toLocaleString('en-US'));
    const cost = costUsd === null ? 'no price' : costUsd.toFixed(2);
    yield `  ${name.padEnd(width)}${[...figures, cost].map((text) => text.padStart(13)).join('')}`;
  }
  if (rows.length > mostRows) yield style('dim', `  and ${rows.length - mostRows} more: --json`);
}
