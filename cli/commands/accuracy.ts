/** `accuracy`: what people declared beside what was derived, statement by statement. */
import type { Command } from 'commander';
import { accuracyOf, readComparisons } from '../../activities/accuracy.ts';
import {
  agrees,
  comparedFields,
  type ComparedField,
  type Comparison,
} from '../../knowledge/compare-declared.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { indented } from '../paragraph.ts';
import type { Terminal } from '../terminal.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

const names: Readonly<Record<ComparedField, 'keys' | 'joins' | 'lineage'>> = {
  grain: 'keys',
  join: 'joins',
  upstream: 'lineage',
};

export function registerAccuracy(program: Command): void {
  withReadOptions(program.command('accuracy'))
    .description('compare keys, joins and lineage that are declared with those that are derived')
    .option('--disagreements', 'leave out where both agree')
    .addHelpText('after', `\n${legend}\n\nExample:\n  $ tablelore accuracy --json`)
    .action((options: ReadOptions & { disagreements?: boolean }) =>
      reading(options, async ({ db, nights, terminal, answer }) => {
        for (const { repo, asOf } of nights) {
          const all = await readComparisons(db, repo, asOf);
          const shown = options.disagreements ? all.filter((one) => !agrees(one)) : all;
          answer({ repo, asOf, ...accuracyOf(all), comparisons: shown }, () => [
            terminal.style('bold', `${repo} as of ${asOf}`),
            ...accuracyLines(all, shown, terminal),
          ]);
        }
      }),
    );
}

const legend = `A derived key is never read off the test that it is compared with. exact: the same columns; wider: the tested columns and more, so it
is sound but not minimal; narrower: fewer columns, so it says more than the test; different: neither; none: nothing was derived.`;

const marks = {
  exact: ['green', '✓'],
  wider: ['green', '✓'],
  narrower: ['yellow', '?'],
  different: ['red', '✗'],
  none: ['dim', '–'],
} as const;
const order = ['different', 'narrower', 'none', 'wider', 'exact'] as const;

/** Of each field its figures, then what disagrees, what was not derived, what agrees. */
export function* accuracyLines(
  all: readonly Comparison[],
  shown: readonly Comparison[],
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): Generator<string> {
  for (const field of comparedFields) {
    const own = all.filter((one) => one.field === field);
    yield '';
    yield `${style('bold', names[field].padEnd(9))}${figures(own)}`;
    const listed = shown.filter((one) => one.field === field);
    for (const verdict of order) {
      const [colour, mark] = marks[verdict];
      for (const { table, declared, derived } of listed.filter((one) => one.verdict === verdict)) {
        const alike = verdict === 'exact' || derived === null;
        const words = alike ? declared : `declared ${declared}; derived ${derived}`;
        const line = `${oneLine(table)}  ${oneLine(words)}${verdict === 'wider' || verdict === 'narrower' ? ` (${verdict})` : ''}`;
        if (line.length + 4 <= width) yield `  ${style(colour, mark)} ${line}`;
        else {
          yield `  ${style(colour, mark)} ${oneLine(table)}`;
          if (alike) yield* indented(declared, 6, width);
          else {
            yield* indented(`declared ${declared}`, 6, width);
            yield* indented(`derived  ${derived}`, 6, width);
          }
        }
      }
    }
  }
  yield '';
  yield style('dim', '✓ agree   ✗ disagree   ? derived says more than the test   – not derived');
}

function figures(own: readonly Comparison[]): string {
  if (own.length === 0) return 'nothing is declared that could be compared';
  const count = (verdict: Comparison['verdict']) => own.filter((one) => one.verdict === verdict).length;
  const compared = own.length - count('none');
  const parts = order
    .filter((verdict) => verdict !== 'none' && count(verdict) > 0)
    .map((verdict) => `${count(verdict)} ${verdict}`);
  return `${own.filter(agrees).length} of ${compared} agree${parts.length > 0 ? ` (${parts.reverse().join(', ')})` : ''}; ${count('none')} of ${own.length} not derived`;
}
