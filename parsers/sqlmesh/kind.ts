import type { Build } from '../../schema/contracts/facts.ts';
import { columnsOf, listOf } from './header.ts';

/** How a model of SQLMesh is kept. `null`: it is built elsewhere. */
export type Kept = Pick<Build, 'kind' | 'write' | 'uniqueKey' | 'partitionBy'> | null;

/** `settings`: what stands in brackets behind the kind's name, by lower-case name. A model without a kind is a view. Of a kind that is not known, runs are taken to add rows. */
export function keptAs(kind: string, settings: ReadonlyMap<string, string>): Kept {
  const named = (...names: string[]): string[] =>
    names.flatMap((name) => columnsOf(settings.get(name) ?? ''));
  const uniqueKey = named('unique_key');
  const key = uniqueKey.length === 0 ? {} : { uniqueKey };
  const time = columnsOf(listOf(settings.get('time_column') ?? '')[0] ?? '');
  switch (kind.toUpperCase()) {
    case '':
    case 'VIEW':
      return settings.get('materialized')?.toLowerCase() === 'true'
        ? { kind: 'materialized_view', write: 'replace' }
        : { kind: 'view', write: 'replace' };
    case 'INCREMENTAL_BY_TIME_RANGE':
      return {
        kind: 'incremental',
        write: 'partition_overwrite',
        ...(time.length > 0 && { partitionBy: time }),
      };
    case 'INCREMENTAL_BY_PARTITION':
      return { kind: 'incremental', write: 'partition_overwrite' };
    case 'INCREMENTAL_BY_UNIQUE_KEY':
      return { kind: 'incremental', write: 'merge', ...key };
    case 'INCREMENTAL_UNMANAGED':
      return { kind: 'incremental', write: 'append' };
    case 'SCD_TYPE_2':
    case 'SCD_TYPE_2_BY_TIME':
    case 'SCD_TYPE_2_BY_COLUMN':
      return { kind: 'snapshot', write: 'snapshot', ...key };
    case 'EMBEDDED':
      return { kind: 'ephemeral', write: 'replace' };
    case 'SEED':
      return { kind: 'seed', write: 'replace' };
    case 'EXTERNAL':
      return null;
    case 'FULL':
    case 'MANAGED':
      return { kind: 'table', write: 'replace' };
    default:
      return { kind: 'table', write: 'append' };
  }
}
