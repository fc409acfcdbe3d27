/** `accuracy`: what people declared beside what was derived, statement by statement. */
import type { Command } from 'commander';
import { accuracyOf, readScores, type Scores } from '../../activities/accuracy.ts';
import {
  agrees,
  comparedFields,
  type ComparedField,
  type Comparison,
} from '../../knowledge/compare-declared.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { indented } from '../paragraph.ts';
import { joinScoreLines, keyScoreLines } from '../score-lines.ts';
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
          const scores = await readScores(db, repo, asOf);
          const all = scores.comparisons;
          const shown = options.disagreements ? all.filter((one) => !agrees(one)) : all;
          const { keys, joins } = scores;
          answer({ repo, asOf, ...accuracyOf(all), comparisons: shown, scores: { keys, joins } }, () => [
            terminal.style('bold', `${repo} as of ${asOf}`),
            ...accuracyLines(scores, shown, terminal),
          ]);
        }
      }),
    );
}

const legend = `Of each tested table the first derived key counts, which is never read off the test that it is compared with. exact: the same columns; wider: the
tested columns and more, so it is sound but not minimal; narrower: fewer columns, so it says more than the test; different: neither; none: nothing was derived.
The table's own unique_key counts only where the figures say so. Baselines read no code: the first output column, and unique_key alone.`;

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
  { comparisons, keys, joins }: Scores,
  shown: readonly Comparison[],
  terminal: Pick<Terminal, 'style' | 'width'>,
): Generator<string> {
  const { style, width } = terminal;
  for (const field of comparedFields) {
    const own = comparisons.filter((one) => one.field === field);
    yield '';
    yield `${style('bold', names[field].padEnd(9))}${figures(own)}`;
    if (field === 'grain') yield* keyScoreLines(keys, terminal);
    if (field === 'join') yield* joinScoreLines(joins, terminal);
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
