/** What a model's test tells of the source that it passes through: if the source had that key, the tested key of the model would follow. */
import type { LinkOutput } from '../../schema/contracts/stages.ts';
import { deriveTable, type DeriveInput, type DerivedTable } from '../derive/derive.ts';
import { withDeclared } from '../derive/interface.ts';

export interface Witness {
  /** A table that no code here builds. */
  readonly source: string;
  /** In lower case, sorted. */
  readonly key: readonly string[];
  /** Columns of the source that the model is known to read, in lower case. */
  readonly columns: readonly string[];
  /** The model that is tested; null: the source itself is. */
  readonly model: string | null;
  /** The test, in words with its place. */
  readonly because: string;
}

/** What the tests and constraints of a source itself say. */
export const sourceWitness = (source: string, { testedKeys, columns }: LinkOutput): Witness[] =>
  testedKeys
    .filter(({ by }) => by !== 'convention')
    .map(({ columns: key, because }) => ({
      source,
      key,
      columns: (columns ?? []).map(({ name }) => name.toLowerCase()),
      model: null,
      because,
    }));

/** `input`: of the model. Null where its tests tell nothing of a source: it reads several tables, makes rows of its own, or makes the key unique itself. */
export function witnessOf(link: LinkOutput, source: LinkOutput, input: DeriveInput): Witness | null {
  const [table] = link.upstream;
  if (table === undefined || link.upstream.length > 1) return null;
  const derive = (keys: readonly (readonly string[])[]): DerivedTable =>
    deriveTable({
      ...input,
      upstream: (other) =>
        other === table
          ? withDeclared(null, {
              ...source,
              testedKeys: keys.map((columns) => ({
                columns,
                because: '',
                by: 'convention',
                basis: 'assumed',
              })),
            })
          : input.upstream(other),
    });
  const plain = derive([]);
  for (const test of link.testedKeys) {
    if (test.by === 'convention' || unique(plain, test.columns)) continue;
    const key = originsOf(plain, table, test.columns);
    if (key === null || !unique(derive([key]), test.columns)) continue;
    return {
      source: table,
      key,
      columns: columnsOf(plain, table),
      model: input.table,
      because: test.because,
    };
  }
  return null;
}

/** Whether the table is known to have one row for each value of the columns. */
function unique({ interface: { keys } }: DerivedTable, columns: readonly string[]): boolean {
  const names = new Set(columns.map((column) => column.toLowerCase()));
  return keys.some((key) => key.columns.every((column) => names.has(column.toLowerCase())));
}

/** The source's columns that these ones are copies of, constants left out; null where one is something else. */
function originsOf(
  { lineage, columns }: DerivedTable,
  source: string,
  wanted: readonly string[],
): readonly string[] | null {
  const found = new Set<string>();
  for (const name of wanted) {
    const same = (other: string): boolean => other.toLowerCase() === name.toLowerCase();
    const from = lineage.find(({ column }) => same(column))?.from ?? [];
    const [only] = from;
    if (from.length === 1 && only?.table === source && (only.kind === 'copy' || only.kind === 'cast'))
      found.add(only.column.toLowerCase());
    else if (from.length > 0 || columns.find((column) => same(column.name))?.values?.length !== 1)
      return null;
  }
  return found.size === 0 ? null : [...found].sort();
}

const columnsOf = ({ lineage }: DerivedTable, source: string): string[] => [
  ...new Set(
    lineage.flatMap(({ from }) =>
      from.filter((origin) => origin.table === source).map(({ column }) => column.toLowerCase()),
    ),
  ),
];
