/** What names and the tests of all other tables make likely of a table: its key, and references that no code joins. Pure. */
import { entityColumns } from '../inference/conventions/key-names.ts';
import { likelyKeys, type KeyedTable, type LikelyKey } from '../inference/conventions/likely-keys.ts';
import { likelyReferences, type ReferringTable } from '../inference/conventions/likely-references.ts';
import { grainPhrase, timeGrain } from '../inference/derive/phrase.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import type { ClaimValue, NewClaim } from '../schema/contracts/claims.ts';
import { evidenceAt } from './line-evidence.ts';
import type { TableState } from './table-states.ts';

type Keyed = Pick<TableState, 'link' | 'derive' | 'grain'>;
type Join = ClaimValue<'join'>;

const leastDeclared = 4;
/** At most so many references a table. */
const mostReferences = 24;
/** By key of the other table: known to be unique, or likely. */
const confidences = { sure: 0.6, likely: 0.5 } as const;

/** By table. A key that the code proves first, and references that code joins, are not said again. */
export function likelyClaims(
  tables: ReadonlyMap<string, Keyed>,
  joinsOf: (table: string) => readonly Join[],
): Map<string, NewClaim[]> {
  const stored = [...tables].filter(([table]) => !isTemporary(table));
  const built = stored.filter(([, { link }]) => link.builds.length > 0);
  const keys = likelyKeys(built.map(keyedTable));
  const references = likelyReferences(stored.map((one) => referringTable(one, keys.get(one[0]))));
  const claims = new Map<string, NewClaim[]>();
  for (const [table, state] of stored) {
    const key = keys.get(table);
    const [first] = state.grain?.keys ?? [];
    const proved = first?.basis === 'proved' && first.columns.join() === key?.columns.join();
    const known = new Set(joinsOf(table).map(joinText));
    const own = [
      ...(key && !proved ? [keyClaim(table, state, key)] : []),
      ...(references.get(table) ?? [])
        .map(({ column, to, toColumn, sure }) => ({
          sure,
          value: {
            columns: [column],
            to,
            to_path: tables.get(to)?.link.path ?? null,
            to_columns: [toColumn],
            cardinality: sure ? ('n:1' as const) : ('unknown' as const),
            by_name: true,
          },
        }))
        .filter(({ value }) => !known.has(joinText(value)))
        .slice(0, mostReferences)
        .map(({ sure, value }): NewClaim => ({
          table,
          field: 'join',
          value,
          origin: 'derived',
          confidence: sure ? confidences.sure : confidences.likely,
          evidence: evidenceAt(state.link, null),
          steps: [{ text: `${value.columns[0]} is named like the key of ${value.to}` }],
        })),
    ];
    if (own.length > 0) claims.set(table, own);
  }
  return claims;
}

/** Columns in order: those of the code where it says all of them, else declared ones first. */
export function columnNames({ link, derive }: Pick<TableState, 'link' | 'derive'>): string[] {
  const derived = derive?.interface;
  const columns = derived?.complete
    ? derived.columns
    : [...(link.columns ?? []), ...(link.columnsComplete ? [] : (derived?.columns ?? []))];
  return [...new Map(columns.map(({ name }) => [name.toLowerCase(), name])).values()];
}

const joinText = ({ columns, to, to_columns }: Join): string =>
  `${to} ${columns.join()} ${to_columns.join()}`.toLowerCase();

function keyClaim(table: string, { link, derive }: Keyed, likely: LikelyKey): NewClaim {
  const { columns, confidence, because } = likely;
  const types = new Map(derive?.interface.columns.map(({ name, type }) => [name, type]));
  const named = columns.map((name) => ({ name, type: types.get(name) ?? null, truncated: null }));
  return {
    table,
    field: 'grain',
    value: {
      keys: [{ columns: [...columns], basis: 'assumed', rests_on: [because], nulls: 'unknown', scope: 'table' }], // prettier-ignore
      status: 'unique',
      phrase: grainPhrase(columns, named),
      time_grain: timeGrain(columns, named),
    },
    origin: 'derived',
    confidence,
    evidence: evidenceAt(link, null),
    steps: [{ text: because }],
  };
}

/** People list columns in their order, keys first. A short list may be of those that are tested only. */
const declaresColumns = ({ link }: Keyed): boolean => (link.columns?.length ?? 0) >= leastDeclared;

const testedKeys = ({ link }: Keyed): (readonly string[])[] =>
  link.testedKeys.filter(({ basis }) => basis === 'tested').map(({ columns }) => columns);

const derivedKeys = ({ grain }: Keyed): KeyedTable['derived'] =>
  (grain?.keys ?? []).filter(({ scope }) => scope === 'table').map(({ columns, basis }) => ({ columns, proved: basis === 'proved' })); // prettier-ignore

const keyedTable = ([table, state]: readonly [string, Keyed]): KeyedTable => ({
  table,
  columns: columnNames(state),
  firstKnown: state.derive?.interface.complete === true || declaresColumns(state),
  tested: testedKeys(state),
  derived: derivedKeys(state),
  likely: state.derive?.interface.likely?.map(({ columns }) => columns) ?? [],
});

function referringTable(
  [table, state]: readonly [string, Keyed],
  likely: LikelyKey | undefined,
): ReferringTable {
  const keys = [
    ...testedKeys(state).map((columns) => ({ columns, sure: true })),
    ...derivedKeys(state).map(({ columns, proved }) => ({ columns, sure: proved })),
    ...(likely ? [{ columns: likely.columns, sure: false }] : []),
  ];
  const columns = columnNames(state);
  return {
    table,
    columns,
    named: entityColumns(table, columns),
    keys: keys.flatMap(({ columns: [column, ...more], sure }) =>
      column === undefined || more.length > 0 ? [] : [{ column, sure }],
    ),
  };
}
