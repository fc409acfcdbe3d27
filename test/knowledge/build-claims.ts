import { createHash } from 'node:crypto';
import type { Claim, ClaimField, ClaimValue, GrainKey, Origin } from '../../schema/contracts/claims.ts';
import type { Evidence } from '../../schema/contracts/evidence.ts';
import type { MergeInput } from '../../knowledge/merge.ts';

export const table = 'shop.marts.fct_orders';

/** A claim about the tests' table. Its id stands for its content. */
export function claim<F extends ClaimField>(
  field: F,
  origin: Origin,
  value: ClaimValue<F>,
  more: { confidence?: number; evidence?: readonly Evidence[]; steps?: readonly { text: string }[] } = {},
): Claim {
  const evidence = more.evidence ?? [
    { kind: 'code', path: 'models/fct_orders.sql', lines: [1, 9], blob: 'b'.repeat(40) },
  ];
  const id = createHash('sha256')
    .update(JSON.stringify([field, origin, value, evidence]))
    .digest('hex');
  const confidence = more.confidence ?? 0.9;
  const steps = more.steps ? { steps: more.steps } : {};
  return { id, table, field, origin, value, confidence, evidence, ...steps } as unknown as Claim;
}

export const person = (name: string, date: string): { evidence: Evidence[] } => ({
  evidence: [{ kind: 'person', person: name, date }],
});

export const key = (columns: string[], basis: GrainKey['basis'], more: Partial<GrainKey> = {}): GrainKey => ({
  columns,
  basis,
  rests_on: [],
  nulls: 'unknown',
  scope: 'table',
  ...more,
});

export const grain = (keys: GrainKey[], more: Partial<ClaimValue<'grain'>> = {}): ClaimValue<'grain'> => ({
  keys,
  status: keys.length > 0 ? 'unique' : 'unknown',
  phrase: keys[0] ? `one row per ${keys[0].columns.join(' per ')}` : '',
  time_grain: null,
  ...more,
});

export const column = (name: string, more: Partial<ClaimValue<'column'>> = {}): ClaimValue<'column'> => ({
  column: name,
  position: null,
  type: null,
  description: null,
  nullable: null,
  values: null,
  ...more,
});

export const input = (claims: readonly Claim[], more: Partial<MergeInput> = {}): MergeInput => ({
  repo: 'shop',
  table,
  path: 'models/fct_orders.sql',
  kind: 'incremental',
  write: 'merge',
  allColumns: false,
  claims,
  downstream: [],
  usage: null,
  queries: [],
  stale: new Set(),
  ...more,
});
