import { parse as parseCsv } from 'csv-parse/sync';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { NameRef } from '../../schema/contracts/names.ts';

export interface CatalogueColumn {
  readonly name: string;
  readonly type?: string;
  readonly nullable?: boolean;
  readonly description?: string;
}

/** A table as the warehouse's catalogue has it; columns in the catalogue's order. */
export interface CatalogueTable {
  readonly table: NameRef;
  readonly columns: readonly CatalogueColumn[];
}

/** An export of INFORMATION_SCHEMA.COLUMNS, as CSV or as one JSON object a line. Column names of the export in any letter case; rows of one table need
 * not stand together. A row without table or column costs one diagnostic a file, with the count. */
export function readCatalogue(
  path: string,
  text: string,
  format: 'csv' | 'jsonl',
): { tables: CatalogueTable[]; diagnostics: Diagnostic[] } {
  const { rows, broken } = format === 'csv' ? csvRows(text) : jsonRows(text);
  const tables = new Map<string, { table: NameRef; columns: PositionedColumn[] }>();
  let bad = broken;
  for (const row of rows) {
    const read = columnRow(row);
    if (read === null) {
      bad++;
      continue;
    }
    const key = JSON.stringify(read.table.parts);
    const entry = tables.get(key) ?? { table: read.table, columns: [] };
    entry.columns.push(read.column);
    tables.set(key, entry);
  }
  const diagnostics: Diagnostic[] =
    bad === 0
      ? []
      : [
          {
            code: 'catalogue.row',
            severity: 'warning',
            message: `${bad} rows have no table_name and column_name, or cannot be read, and are left out.`,
            path,
            fault: 'user',
          },
        ];
  return {
    tables: [...tables.values()].map(({ table, columns }) => ({
      table,
      columns: columns.sort((a, b) => a.position - b.position).map(({ position: _, ...column }) => column),
    })),
    diagnostics,
  };
}

type PositionedColumn = CatalogueColumn & { readonly position: number };
type Row = ReadonlyMap<string, string>;

function columnRow(row: Row): { table: NameRef; column: PositionedColumn } | null {
  const table = row.get('table_name');
  const name = row.get('column_name') ?? row.get('field_path');
  if (!table || !name) return null;
  const parts = [row.get('table_catalog') ?? row.get('database_name'), row.get('table_schema'), table];
  const type = row.get('data_type');
  const nullable = row.get('is_nullable');
  const description = row.get('description') ?? row.get('comment') ?? row.get('remarks');
  const position = Number(row.get('ordinal_position') ?? Number.POSITIVE_INFINITY);
  return {
    table: { parts: parts.filter((part): part is string => !!part) },
    column: {
      name,
      ...(type ? { type } : {}),
      ...(nullable ? { nullable: /^(yes|true|1)$/i.test(nullable) } : {}),
      ...(description ? { description } : {}),
      position,
    },
  };
}

const rowOf = (record: Readonly<Record<string, unknown>>): Row =>
  new Map(
    Object.entries(record).flatMap(([key, value]) =>
      value === null || value === undefined || typeof value === 'object'
        ? []
        : [[key.toLowerCase(), String(value as string | number | boolean)] as const],
    ),
  );

function csvRows(text: string): { rows: Row[]; broken: number } {
  let broken = 0;
  const records = parseCsv(text, {
    columns: true,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: () => void broken++,
  }) as unknown as Record<string, unknown>[];
  return { rows: records.map(rowOf), broken };
}

function jsonRows(text: string): { rows: Row[]; broken: number } {
  const rows: Row[] = [];
  let broken = 0;
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    try {
      const value: unknown = JSON.parse(line);
      if (typeof value === 'object' && value !== null) rows.push(rowOf(value as Record<string, unknown>));
      else broken++;
    } catch {
      broken++;
    }
  }
  return { rows, broken };
}
