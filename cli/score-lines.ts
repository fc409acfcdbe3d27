/** Figures of the accuracy of keys and joins, as tables for a terminal. Pure. */
import type { Scores } from '../activities/accuracy.ts';
import { keyVerdicts } from '../knowledge/accuracy.ts';
import { keyWays, type KeyFigures, type KeyWay, type VerdictCounts } from '../knowledge/key-score.ts';
import type { Terminal } from './terminal.ts';

const wayWords: Readonly<Record<KeyWay, string>> = {
  proved: 'first proved key',
  derived: 'first derived key',
  configured: 'with its own unique_key',
  likely: 'or a likelier one',
  firstColumn: 'baseline: first column',
  uniqueKey: 'baseline: unique_key',
};

type Style = Pick<Terminal, 'style'>;

/** How each tested table ends, by its first key: one line a way, then the first derived key by group. Nothing where no key is tested. */
export function* keyScoreLines({ tested, ways, ...groups }: KeyFigures, { style }: Style): Generator<string> {
  if (tested === 0) return;
  const head = ['sound', ...keyVerdicts].map((name) => name.padStart(cell)).join('');
  yield style('dim', `  ${`${tested} tested tables`.padEnd(first)}${head}`);
  for (const way of keyWays) yield countsLine(wayWords[way], ways[way]);
  // Tables without a derived key say nothing as a group.
  const { none: _none, ...byBasis } = groups.byBasis;
  for (const [name, counts] of Object.entries({ ...byBasis, ...groups.byShape, ...groups.byLayer }))
    yield style('dim', countsLine(`derived: ${name}`, counts));
}

const first = 25;
const cell = 10;

/** `sound`: the share of exact and wider keys. */
function countsLine(name: string, counts: VerdictCounts): string {
  const all = keyVerdicts.reduce((sum, verdict) => sum + counts[verdict], 0);
  const sound = ratio(counts.exact + counts.wider, all).padStart(cell);
  return `  ${name.padEnd(first)}${sound}${keyVerdicts.map((verdict) => String(counts[verdict]).padStart(cell)).join('')}`;
}

const ratio = (part: number, whole: number): string => (whole === 0 ? '–' : (part / whole).toFixed(2));

/** Nothing where no relationship is tested. */
export function* joinScoreLines(joins: Scores['joins'], { style }: Style): Generator<string> {
  if (joins.tested === 0) return;
  const unknown = joins.cardinalitiesUnknown;
  const lines = [
    `recall ${ratio(joins.found, joins.tested)}: ${joins.found} of ${joins.tested} tested relationships are among the first three joins of their columns`,
    `precision ${ratio(joins.right, joins.listed)}: ${joins.right} of those ${joins.listed} joins are tested ones`,
    `cardinality: ${joins.cardinalitiesRight} of ${joins.cardinalities} known to meet one row${unknown > 0 ? `, ${unknown} not known` : ''}`,
    `${joins.claims ?? 0} joins a table with joins (median)`,
  ];
  for (const line of lines) yield style('dim', `  ${line}`);
}
