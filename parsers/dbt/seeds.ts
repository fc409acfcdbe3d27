/** Seeds: CSV files whose rows are data under version control. */
import { parse } from 'csv-parse/sync';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';

export interface Seed {
  readonly columns: readonly string[];
  /** The first rows, in the order of the columns; '' where a cell is empty. */
  readonly rows: readonly (readonly string[])[];
  /** Whether `rows` holds all of them. */
  readonly complete: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

const MAX_ROWS = 2000;
const MAX_CHARS = 500_000;

/** Reads a seed's header and first rows (at most 2,000, or half a million characters). Broken CSV costs a diagnostic. */
export function readSeed(text: string, path: string, delimiter = ','): Seed {
  const cut = text.length > MAX_CHARS ? text.slice(0, text.lastIndexOf('\n', MAX_CHARS)) : text;
  try {
    const records: string[][] = parse(cut, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: true,
      to: MAX_ROWS + 1,
      relax_quotes: true,
    });
    const [columns = [], ...rows] = records;
    const complete = cut === text && rows.length < MAX_ROWS;
    return { columns: columns.map((name) => name.trim()), rows, complete, diagnostics: [] };
  } catch (error) {
    const diagnostic: Diagnostic = {
      code: 'dbt.seed_syntax',
      severity: 'warning',
      message: (error as Error).message,
      path,
      fault: 'user',
    };
    return { columns: seedHeader(text), rows: [], complete: false, diagnostics: [diagnostic] };
  }
}

export function seedHeader(text: string): string[] {
  const end = text.indexOf('\n');
  const line = (end === -1 ? text : text.slice(0, end)).replace(/^\ufeff/, '').trim();
  return Array.from(line.matchAll(/"((?:[^"]|"")*)"|[^,]+/g), (match) =>
    (match[1] ?? match[0]).replaceAll('""', '"').trim(),
  );
}
