/** Careful reading of the JSON that dbt writes. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Config } from './types.ts';
import { objectOf } from './yaml-values.ts';

export interface Read<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** Kinds of artifact as dbt names them in `metadata.dbt_schema_version`, with the newest version whose fields are known here. */
const newest = { manifest: 12, catalog: 1, 'run-results': 6, sources: 3 };

/** The root object; empty, with a diagnostic, where the text is no JSON or another thing than this kind of artifact. */
export function json(text: string, path: string, kind: keyof typeof newest): Read<Config> {
  const told = (code: string, severity: Diagnostic['severity'], message: string): Diagnostic[] => [
    { code, severity, message, path, fault: 'user' },
  ];
  if (text === '')
    return { value: {}, diagnostics: told('dbt.artifact_empty', 'error', 'Not read: empty, or too large.') };
  let value: Config;
  try {
    value = objectOf(JSON.parse(text) as unknown);
  } catch (error) {
    const why = (error as Error).message;
    return {
      value: {},
      diagnostics: told('dbt.artifact_syntax', 'error', `Not read: no whole JSON (${why}).`),
    };
  }
  const schema = objectOf(value['metadata'])['dbt_schema_version'];
  const [, name, number] = /\/([a-z-]+)\/v(\d+)\.json$/.exec(typeof schema === 'string' ? schema : '') ?? [];
  const parts = kind === 'manifest' || kind === 'catalog' ? 'nodes' : 'results';
  if ((name !== undefined && name !== kind) || value[parts] === undefined)
    return {
      value: {},
      diagnostics: told('dbt.artifact_kind', 'error', `Not read: this is no ${kind} of dbt.`),
    };
  if (Number(number ?? 0) <= newest[kind]) return { value, diagnostics: [] };
  const message = `Version ${number ?? ''} of dbt's ${kind} is newer than ${newest[kind]}, the newest that is known: what has the same names is read.`;
  return { value, diagnostics: told('dbt.artifact_version', 'info', message) };
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
