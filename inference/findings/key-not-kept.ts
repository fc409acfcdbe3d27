/** A tested key that the code does not keep: its rows are told apart by more, or by other columns, than the test says. */
import type { ColumnId } from '../bind/bound.ts';
import { dependenciesOf } from '../derive/properties.ts';
import { origin } from '../derive/prover.ts';
import type { Run } from '../derive/run.ts';
import { knownAt } from '../why/known-at.ts';
import { untoldBy } from '../why/missing.ts';
import type { Untold } from '../why/missing.ts';
import { inputOf } from '../why/plan.ts';
import type { Examined, Finding, Severity } from './finding.ts';
import { placeAt } from './finding.ts';

/** One a table at most: of the first tested key, unless some tested key is kept. */
export function keyNotKept({ table, link, made }: Examined): Finding[] {
  const tests = link.testedKeys.filter(({ by }) => by === 'test');
  const [run] = made.runs;
  if (run === undefined || made.content.mode === 'snapshot') return [];
  const found: Finding[] = [];
  for (const { columns, because } of tests) {
    const ids = columns.map((name) => run.idOf(name));
    if (!ids.every((id) => id !== undefined)) return [];
    const untold = untoldBy(ids, run, made.placeOf);
    if (untold.length === 0) return [];
    const reached = dependenciesOf(run.known).closure(ids);
    const worst = untold
      .map((one) => verdictOf(one, reached, run))
      .sort((a, b) => b.confidence - a.confidence)[0];
    if (worst === undefined || worst.confidence === 0) continue;
    const { lost, severity, confidence } = worst;
    found.push({
      kind: 'key_not_kept',
      table,
      severity,
      confidence,
      at: placeAt(made, lost.node.line),
      what: `${columns.join(', ')} is tested to be unique (${placeIn(because)}), and nothing in the code makes it so: ${lost.words}`,
      todo:
        lost.kind === 'repeated'
          ? `Join on all of the key, keep one row per ${lost.joined.map(run.prover.nameOf).join(', ')} before the join, or test that it is unique there`
          : `Keep one row per ${columns.join(', ')}, or test the columns that the code makes unique`,
    });
  }
  return found.slice(0, 1);
}

const placeIn = (because: string): string => /\(([^()]*:\d+)\)$/.exec(because)?.[1] ?? 'a test';

interface Verdict {
  readonly lost: Untold;
  readonly severity: Severity;
  readonly confidence: number;
}

/** `reached`: what the tested columns tell. Nothing is said where no key of what is read is known: for all the code says, the tested columns are one. */
function verdictOf(lost: Untold, reached: ReadonlyMap<ColumnId, unknown>, run: Run): Verdict {
  const none = { lost, severity: 'low', confidence: 0 } as const;
  if (lost.key.length === 0 || lost.key.length > mostColumns) return none;
  if (lost.kind === 'repeated') {
    if (!toldBefore(lost, reached, run)) return none;
    const partOfKey = lost.joined.every((id) => lost.key.includes(id));
    const onlyOn =
      lost.node.op === 'join' && lost.node.others.length === 0 && lost.node.rightOnly.length === 0;
    return partOfKey && onlyOn
      ? { lost, severity: 'high', confidence: 0.7 }
      : { lost, severity: 'low', confidence: 0.3 };
  }
  if (lost.kind !== 'hidden' || lost.key.some((id) => isNumber(id, run))) return none;
  if (lost.node.op === 'group') return grouped(lost, reached, run);
  const partOfKey = lost.key.some((id) => reached.has(id));
  return partOfKey
    ? { lost, severity: 'medium', confidence: 0.6 }
    : { lost, severity: 'low', confidence: 0.25 };
}

/** Whether the tested columns tell the rows apart that the join repeats; else what is lost is lost elsewhere. */
function toldBefore(
  { node }: Untold,
  reached: ReadonlyMap<ColumnId, unknown>,
  { known, prover }: Run,
): boolean {
  if (node.op !== 'join') return true;
  const { row } = knownAt(node.left, prover);
  const here = new Set(known.row);
  return row.every((id) => !here.has(id) || reached.has(id));
}

/** Numbered rows are told apart whatever they are. */
function isNumber(id: ColumnId, { prover }: Run): boolean {
  const definition = origin(prover, id);
  return definition?.kind === 'computed' && definition.value.ex === 'window';
}

/** A key of more columns mostly follows from DISTINCT and says little of what the rows are. */
const mostColumns = 4;

/** Grouped by more than what is tested: certain only where the rows grouped are known, since else the rest may follow from the tested columns. */
function grouped(lost: Untold, reached: ReadonlyMap<ColumnId, unknown>, run: Run): Verdict {
  const input = inputOf(lost.node);
  const known = input && knownAt(input, run.prover);
  const certain = known?.row.every((id) => !known.unkeyed.has(id)) === true;
  const wider = lost.key.some((id) => reached.has(id));
  return certain && wider
    ? { lost, severity: 'medium', confidence: 0.6 }
    : { lost, severity: 'low', confidence: wider ? 0.3 : 0.2 };
}
