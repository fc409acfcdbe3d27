/** Compares edges between columns with those that somebody else found, file by file. Pure. */
import { tableIdParts } from '../../inference/link/table-id.ts';
import type { ColumnOrigins } from '../../inference/lineage/collapse.ts';
import type { TableId } from '../../schema/contracts/names.ts';

/** One line of a yardstick: the columns of the last table that a file builds, each with the columns that it is made from. */
export interface ColumnsLine {
  readonly file: string;
  /** Source columns are `table.column`, with the table written in full. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
}

/** Kinds of disagreement: over a whole column, or over single edges of one that both trace. */
export type Disagreement =
  /** We do not have the column. */
  | 'column not found'
  /** We have it, and it comes from nothing. */
  | 'nothing found'
  /** The yardstick says that it comes from nothing. */
  | 'nothing in the yardstick'
  /** The same columns of other tables: one of the two stopped at another level of views. */
  | 'other table'
  /** All that we lack or have besides is what only chooses the value: conditions, order, partitions. */
  | 'conditions only'
  | 'missing'
  | 'extra'
  | 'missing and extra';

export interface ColumnDifference {
  readonly file: string;
  readonly column: string;
  readonly what: Disagreement;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
}

export interface ColumnFigures {
  /** Files of the yardstick, and those of them that build a table here. */
  readonly files: number;
  readonly compared: number;
  /** Columns of compared files, and those with the same sources. */
  readonly columns: number;
  readonly equal: number;
  /** Edges of both, of it only, of ours only. */
  readonly both: number;
  readonly missing: number;
  readonly extra: number;
  readonly differences: readonly ColumnDifference[];
}

/** `lineageOf`: what we say of the table that a file builds; undefined where it builds none. `sameTable` gives a table's name as we know it. */
export function compareColumns(
  lines: readonly ColumnsLine[],
  lineageOf: (file: string) => readonly ColumnOrigins[] | undefined,
  sameTable: (table: string) => TableId,
): ColumnFigures {
  const sum = { files: lines.length, compared: 0, columns: 0, equal: 0, both: 0, missing: 0, extra: 0 };
  const differences: ColumnDifference[] = [];
  for (const { file, columns } of lines) {
    const lineage = lineageOf(file);
    if (lineage === undefined) continue;
    sum.compared += 1;
    const ours = new Map(lineage.map((each) => [each.column.toLowerCase(), each.from]));
    for (const [column, sources] of Object.entries(columns)) {
      const wanted = new Set(sources.map((source) => edgeName(source, sameTable)));
      const from = ours.get(column.toLowerCase());
      const kinds = new Map(
        (from ?? []).map((one) => [`${one.table}.${one.column}`.toLowerCase(), one.kind]),
      );
      const missing = [...wanted].filter((name) => !kinds.has(name)).sort();
      const extra = [...kinds.keys()].filter((name) => !wanted.has(name)).sort();
      sum.columns += 1;
      sum.both += wanted.size - missing.length;
      sum.missing += missing.length;
      sum.extra += extra.length;
      if (missing.length + extra.length === 0) sum.equal += 1;
      else {
        const chooses = missing.length === 0 && extra.every((name) => kinds.get(name) === 'condition');
        const what = disagreement({ found: from !== undefined, traced: kinds.size > 0, wanted: wanted.size > 0, missing, extra, chooses }); // prettier-ignore
        differences.push({ file, column, what, missing, extra });
      }
    }
  }
  return { ...sum, differences };
}

function disagreement({
  found,
  traced,
  wanted,
  missing,
  extra,
  chooses,
}: {
  readonly found: boolean;
  readonly traced: boolean;
  readonly wanted: boolean;
  readonly missing: readonly string[];
  readonly extra: readonly string[];
  readonly chooses: boolean;
}): Disagreement {
  if (!found) return 'column not found';
  if (!traced) return 'nothing found';
  if (!wanted) return 'nothing in the yardstick';
  if (chooses) return 'conditions only';
  if (missing.length > 0 && missing.map(lastPart).join() === extra.map(lastPart).join()) return 'other table';
  if (missing.length === 0) return 'extra';
  return extra.length === 0 ? 'missing' : 'missing and extra';
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function edgeName(source: string, sameTable: (table: string) => TableId): string {
  const parts = tableIdParts(source);
  return `${sameTable(parts.slice(0, -1).join('.'))}.${parts.at(-1) ?? ''}`.toLowerCase();
}
