/** Careful reading of the JSON that dbt writes. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Config } from './types.ts';
import { objectOf } from './yaml-values.ts';

export interface Read<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

export function json(text: string, path: string): Read<Config> {
  try {
    return { value: objectOf(JSON.parse(text) as unknown), diagnostics: [] };
  } catch (error) {
    const diagnostic: Diagnostic = {
      code: 'dbt.artifact_syntax',
      severity: 'error',
      message: (error as Error).message,
      path,
      fault: 'user',
    };
    return { value: {}, diagnostics: [diagnostic] };
  }
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}
