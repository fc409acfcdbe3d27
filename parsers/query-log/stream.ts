import { parse as csvParser } from 'csv-parse';
import { Readable } from 'node:stream';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { QueryLogEntry, Role } from '../../schema/contracts/usage.ts';
import { mappingOf, type LogPreset } from './presets.ts';
import { readLogRecord, type LogRow } from './record.ts';

export interface LogOptions {
  /** Names the log in diagnostics. */
  readonly path: string;
  readonly format: 'jsonl' | 'csv';
  readonly preset: LogPreset;
  /** Our field → the log's column, where it differs from the preset's. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly roleOf?: (user: string) => Role;
}

export type LogItem = { readonly entry: QueryLogEntry } | { readonly diagnostic: Diagnostic };

/** The entries of a log, one after another, in constant memory. A row that cannot be read costs a diagnostic; rows that are no queries are left out. */
export async function* readLog(chunks: AsyncIterable<string>, options: LogOptions): AsyncGenerator<LogItem> {
  const mapping = mappingOf(options.preset, options.fields);
  const rows = options.format === 'csv' ? csvRows(chunks) : jsonRows(chunks);
  for await (const row of rows) {
    const read: LogRow = 'problem' in row ? row : readLogRecord(row.record, mapping, options.roleOf);
    if ('entry' in read) yield { entry: read.entry };
    else if ('problem' in read) yield { diagnostic: badRow(options.path, row.line, read.problem) };
  }
}

type RawRow = { readonly line: number } & (
  { readonly record: Readonly<Record<string, unknown>> } | { readonly problem: string }
);

function badRow(path: string, line: number, problem: string): Diagnostic {
  return {
    code: 'query_log.row',
    severity: 'warning',
    message: `This row is left out: ${problem}`,
    path,
    line,
    fault: 'user',
  };
}

async function* jsonRows(chunks: AsyncIterable<string>): AsyncGenerator<RawRow> {
  let line = 0;
  for await (const text of linesOf(chunks)) {
    line++;
    if (text.trim() !== '') yield { line, ...jsonRow(text) };
  }
}

function jsonRow(text: string): { record: Readonly<Record<string, unknown>> } | { problem: string } {
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return { record: value as Record<string, unknown> };
    }
    return { problem: 'it is not a JSON object' };
  } catch {
    return { problem: 'it is not valid JSON' };
  }
}

async function* linesOf(chunks: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

async function* csvRows(chunks: AsyncIterable<string>): AsyncGenerator<RawRow> {
  const skipped: RawRow[] = [];
  const parser = csvParser({
    columns: true,
    bom: true,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      skipped.push({ line: Number(error?.['lines'] ?? 0) || 1, problem: 'it is not valid CSV' });
      return undefined;
    },
  });
  const source = Readable.from(chunks);
  source.on('error', (error) => parser.destroy(error));
  for await (const { record, info } of source.pipe(parser) as AsyncIterable<CsvRecord>) {
    yield* skipped.splice(0);
    yield { line: info.lines, record };
  }
  yield* skipped;
}

interface CsvRecord {
  readonly record: Readonly<Record<string, unknown>>;
  /** `lines`: the line that the record ends on. */
  readonly info: { readonly lines: number };
}
