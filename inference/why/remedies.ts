/** Tests that would give a table without a key one: each is tried by deriving the table as if the test were there. */
import { deriveTable } from '../derive/derive.ts';
import type { DerivedTable, DeriveInput } from '../derive/derive.ts';
import { emptyInterface } from '../derive/interface.ts';
import type { TableInterface } from '../derive/interface.ts';
import type { Missing } from './missing.ts';

const mostTables = 4;
const mostCandidates = 12;

type Keys = ReadonlyMap<string, readonly string[]>;

/** In words; empty where no test of the tables read would help. */
export function remediesFor(
  input: DeriveInput,
  lineage: DerivedTable['lineage'],
  missing: readonly Missing[],
): string[] {
  const lost = new Map(
    missing.flatMap((one) => (one.table === null ? [] : [[one.table, one.joinedOn] as const])),
  );
  if (lost.size === 0 || lost.size > mostTables || missing.some(({ table }) => table === null)) return [];
  const chosen = new Map<string, readonly string[]>([...lost.keys()].map((table) => [table, []]));
  let key = keyWith(input, chosen);
  if (key === null) return [];
  for (const [table, joinedOn] of lost) {
    const found = candidates(table, joinedOn, input, lineage).find((columns) => {
      key = keyWith(input, new Map(chosen).set(table, columns));
      return key !== null && key.length > 0;
    });
    if (found === undefined) return [];
    chosen.set(table, found);
  }
  const tests = [...chosen].map(([table, columns]) => `a unique test on ${table} (${columns.join(', ')})`);
  return [`${tests.join(' and ')}, where it holds, would give the key ${key.join(', ')}`];
}

/** The best key of the whole table if these were keys of the tables read; null when there is none. */
function keyWith(input: DeriveInput, keys: Keys): readonly string[] | null {
  const upstream = (table: string): TableInterface | null => {
    const known = input.upstream(table);
    const columns = keys.get(table);
    if (columns === undefined) return known;
    const base = known ?? emptyInterface;
    return { ...base, keys: [{ columns, basis: 'tested', rests_on: [], weak: false }, ...base.keys] };
  };
  const { grain } = deriveTable({ ...input, upstream });
  return grain.keys.find(({ scope }) => scope === 'table')?.columns ?? null;
}

/** What is joined on, then columns that are called like keys. */
function candidates(
  table: string,
  joinedOn: readonly string[],
  input: DeriveInput,
  lineage: DerivedTable['lineage'],
): string[][] {
  const names = input.upstream(table)?.columns.map(({ name }) => name) ?? [];
  const used = lineage.flatMap(({ from }) =>
    from.flatMap((origin) => (origin.table === table && origin.column !== '*' ? [origin.column] : [])),
  );
  const singles = [...new Set([...used, ...names].map((name) => name.toLowerCase()))]
    .map((name) => ({ name, rank: likeness(name, table) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank)
    .map(({ name }) => [name]);
  return [...(joinedOn.length > 0 ? [[...joinedOn]] : []), ...singles].slice(0, mostCandidates);
}

/** How much a column is called like the key of a table. */
function likeness(column: string, table: string): number {
  const name = table.slice(table.lastIndexOf('.') + 1).toLowerCase();
  if (column === 'id' || column === '_id') return 5;
  const stem = column.replace(/_(id|key|sk|pk|uuid|guid)$/, '');
  if (stem === column) return /^(uuid|guid|key|hash)$/.test(column) ? 3 : 0;
  return name.includes(stem) || stem.includes(name) ? 4 : 1;
}
