/** The grain of a table explained: what each operator of its queries does to the key, and where a key is lost. */
import type { ClaimValue } from '../../schema/contracts/claims.ts';
import type { BoundJoin, BoundNode, ColumnId } from '../bind/bound.ts';
import { deriveTable } from '../derive/derive.ts';
import type { DeriveInput } from '../derive/derive.ts';
import type { InterfaceKey, TableInterface } from '../derive/interface.ts';
import type { Place } from '../derive/places.ts';
import { dependenciesOf } from '../derive/properties.ts';
import { visibleKeys } from '../derive/project.ts';
import type { Run } from '../derive/run.ts';
import { tableRuns } from '../derive/table-runs.ts';
import type { TableRuns } from '../derive/table-runs.ts';
import { keyAt } from './key-at.ts';
import type { KeyAt } from './key-at.ts';
import { knownAt } from './known-at.ts';
import { missingIn } from './missing.ts';
import type { Missing } from './missing.ts';
import { operatorText, shortTable, sourceName } from './operator-text.ts';
import type { NameOf } from './operator-text.ts';
import { blocksOf, plainSource } from './plan.ts';
import type { Block } from './plan.ts';
import { remediesFor } from './remedies.ts';
import { writeText } from './write-text.ts';

/** What a step does to the key: `gives` one where none was, `keeps` it, `changes` it to other columns, `loses` it, or there is still `none`. */
export type Effect = 'gives' | 'keeps' | 'changes' | 'loses' | 'none';

export interface WhyStep extends Partial<Place> {
  /** The operator, as a line of SQL. */
  readonly text: string;
  readonly effect: Effect;
  /** The key after the step; null when none is known. Empty: at most one row. */
  readonly key: readonly string[] | null;
  /** Why it is so. */
  readonly notes: readonly string[];
}

export interface WhyBlock {
  readonly name: string;
  readonly steps: readonly WhyStep[];
}

export interface WhyGrain {
  readonly grain: ClaimValue<'grain'>;
  /** One list a run that differs: the first run, then later ones. */
  readonly runs: readonly (readonly WhyBlock[])[];
  /** How runs come together in the table. */
  readonly write: WhyStep | null;
  /** What keeps a key of the whole table away; empty where there is one. */
  readonly missing: readonly Missing[];
  /** Tests that would give a key, each tried. */
  readonly remedies: readonly string[];
}

export function whyGrain(input: DeriveInput): WhyGrain {
  const made = tableRuns(input);
  const { grain, lineage } = deriveTable(input, made);
  const keyless = !grain.keys.some(({ scope }) => scope === 'table');
  const missing = keyless ? made.runs.slice(0, 1).flatMap((run) => missingIn(run, made.placeOf)) : [];
  return {
    grain,
    runs: made.runs.map((run) => blocksOf(run.query).map((block) => explain(block, run, made))),
    write: made.runs.length === 0 ? null : writeText(made, grain),
    missing,
    remedies: remediesFor(input, lineage, missing),
  };
}

function explain(block: Block, run: Run, made: TableRuns): WhyBlock {
  const { prover } = run;
  const names = new Map(block.schema.columns.map(({ id, name }) => [id, name]));
  const nameOf: NameOf = (id) => {
    const definition = prover.definitions[id];
    return names.get(id) ?? (definition?.kind === 'unresolved' ? definition.name : prover.nameOf(id));
  };
  const wanted = new Set(names.keys());
  const steps: WhyStep[] = [];
  let before: KeyAt | null = null;
  for (const node of block.nodes) {
    const key = keyAt(node, before, wanted, prover);
    const text = operatorText(node, nameOf, prover);
    if (text !== null) {
      const effect = steps.length === 0 ? (key ? 'gives' : 'none') : effectOf(before, key);
      const notes = notesOf(node, { key, effect, nameOf }, made, run);
      steps.push({ text, ...placed(node, made), effect, key: key && key.columns.map(nameOf), notes });
    }
    before = key;
  }
  const last = block.nodes.at(-1);
  if (last) steps.push(...selected(last, block, before, nameOf, run));
  return { name: block.name, steps };
}

const placed = ({ line }: { readonly line?: number }, { placeOf }: TableRuns): Partial<Place> =>
  line === undefined ? {} : placeOf(line);

function effectOf(before: KeyAt | null, after: KeyAt | null): Effect {
  if (after === null) return before === null ? 'none' : 'loses';
  if (before === null) return 'gives';
  const same =
    before.columns.length === after.columns.length &&
    before.columns.every((id) => after.columns.includes(id));
  return same ? 'keeps' : 'changes';
}

/** The columns that come out: said where that changes the key. */
function selected(
  node: BoundNode,
  { schema }: Block,
  before: KeyAt | null,
  nameOf: NameOf,
  { prover }: Run,
): WhyStep[] {
  if (before === null) return [];
  const known = knownAt(node, prover);
  const visible = new Set(schema.ids());
  if (before.columns.every((id) => visible.has(id))) return [];
  const [key] = visibleKeys(known, dependenciesOf(known), visible, 1, prover);
  const hidden = before.columns.filter((id) => !visible.has(id)).map(nameOf);
  return [
    {
      text: 'SELECT',
      effect: key ? 'changes' : 'loses',
      key: key ? key.columns.map(nameOf) : null,
      notes: [
        key
          ? `${hidden.join(', ')} is not among the columns, and ${key.columns.map(nameOf).join(', ') || 'no column'} tells the same`
          : `${hidden.join(', ')} is not among the columns, and nothing that is tells the same`,
      ],
    },
  ];
}

interface After {
  readonly key: KeyAt | null;
  readonly effect: Effect;
  readonly nameOf: NameOf;
}

const mostNotes = 3;

function notesOf(node: BoundNode, after: After, made: TableRuns, run: Run): string[] {
  if (node.op === 'scan') return scanNotes(node.table, made.upstream(node.table));
  if (node.op === 'join') return joinNotes(node, after, made, run);
  if (node.op === 'instance' || after.key === null || after.effect === 'keeps') return [];
  const weak = after.key.weak ? ['among rows where it is not NULL'] : [];
  return [...after.key.because.slice(0, mostNotes - 1), ...weak];
}

function scanNotes(table: string, known: TableInterface | null): string[] {
  const [key] = known?.keys ?? [];
  return [key ? keyWords(key) : `no key of ${table} is known`];
}

function keyWords(key: InterfaceKey): string {
  const rests = key.rests_on.slice(0, 2).join('; ');
  return `${key.basis}${rests === '' ? '' : `: ${rests}`}`;
}

function joinNotes(node: BoundJoin, { nameOf }: After, made: TableRuns, { prover }: Run): string[] {
  if (node.kind === 'semi' || node.kind === 'anti') return ['it only decides which rows stay'];
  const sides = [
    { side: node.right, columns: node.pairs.map(({ right }) => right) },
    ...(node.kind === 'right' || node.kind === 'full'
      ? [{ side: node.left, columns: node.pairs.map(({ left }) => left) }]
      : []),
  ];
  return sides.map(({ side, columns }) => partnerWords(side, columns, nameOf, made, prover));
}

/** How many of a side's rows one row of the other meets, and how that is known. */
function partnerWords(
  side: BoundNode,
  columns: readonly ColumnId[],
  nameOf: NameOf,
  { upstream }: TableRuns,
  prover: Run['prover'],
): string {
  const name = side.op === 'join' ? 'what is joined so far' : sourceName(side);
  const known = knownAt(side, prover);
  const proof = dependenciesOf(known).determines(columns, known.row);
  const source = plainSource(side);
  const [key] = source?.op === 'scan' ? (upstream(source.table)?.keys ?? []) : [];
  if (proof) {
    const basis = key ? ` (${key.basis})` : '';
    return columns.length === 0
      ? `${name} is at most one row`
      : `${name} has one row per ${columns.map(nameOf).map(shortTable).join(', ')}${basis}, so at most one matches`;
  }
  const own = keyAt(side, null, new Set(), prover);
  return own === null
    ? `no key of ${name} is known, so several rows may match`
    : `${name} has one row per ${own.columns.map(nameOf).map(shortTable).join(', ')}, which is not what is joined on: several rows may match`;
}
