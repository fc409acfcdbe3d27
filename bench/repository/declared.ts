/** Tests of dbt models that somebody else read from a repository, as what is tested of its tables. */
import { basename, extname } from 'node:path';
import type { Tests } from '../../activities/accuracy.ts';

/** One test. Tables are called by the names of their models. */
export type DeclaredLine =
  | {
      readonly kind: 'grain';
      readonly table: string;
      readonly columns: readonly string[];
      readonly conditional: boolean;
      readonly threshold: boolean;
    }
  | {
      readonly kind: 'join';
      readonly table: string;
      readonly column: string;
      readonly to: string;
      readonly field: string;
      readonly conditional: boolean;
    };

/** By table id; `paths`: the files that build tables. Models that no file or several files are called after are left out. */
export function testsOf(
  lines: readonly DeclaredLine[],
  paths: ReadonlyMap<string, string | null>,
): Map<string, Tests> {
  const byName = new Map<string, string | null>();
  for (const [table, path] of paths) {
    if (path === null) continue;
    const name = basename(path, extname(path)).toLowerCase();
    byName.set(name, byName.has(name) ? null : table);
  }
  const idOf = (name: string): string | null => byName.get(name.toLowerCase()) ?? null;
  const strict = lines.filter((line) => !line.conditional && !(line.kind === 'grain' && line.threshold));
  const keyed = new Set(
    strict.flatMap((line) => (line.kind === 'grain' && line.columns.length === 1 ? [`${idOf(line.table)}.${line.columns[0]}`] : [])), // prettier-ignore
  );
  return new Map(
    [...Map.groupBy(strict, (line) => idOf(line.table))].flatMap(([table, own]): [string, Tests][] => {
      if (table === null) return [];
      const keys = own.flatMap((line) => (line.kind === 'grain' ? [line.columns] : []));
      const joins = own.flatMap((line) => {
        const to = line.kind === 'join' ? idOf(line.to) : null;
        return line.kind === 'join' && to !== null ? [{ ...line, to }] : [];
      });
      return [
        [
          table,
          {
            grain: {
              keys: keys.map((columns) => ({ columns: [...columns], basis: 'tested', rests_on: [], nulls: 'unknown', scope: 'table' })), // prettier-ignore
              status: 'unique',
              phrase: '',
              time_grain: null,
            },
            joins: joins.map(({ column, to, field }) => ({
              columns: [column],
              to,
              to_path: paths.get(to) ?? null,
              to_columns: [field],
              cardinality: keyed.has(`${to}.${field}`) ? 'n:1' : 'unknown',
            })),
          },
        ],
      ];
    }),
  );
}
