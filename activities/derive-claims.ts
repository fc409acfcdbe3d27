/** A derived table as claims. Pure. */
import type { DerivedTable } from '../inference/derive/derive.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import type { NewClaim } from '../schema/contracts/claims.ts';
import type { CodeEvidence } from '../schema/contracts/evidence.ts';
import type { Build } from '../schema/contracts/facts.ts';
import type { LinkOutput } from '../schema/contracts/stages.ts';
import { evidenceAt } from './line-evidence.ts';

/** Confidence by basis: how often such a statement is right as long as the readers are. */
const proved = 0.97;
const assumed = 0.7;

export function derivedClaims(
  table: string,
  link: LinkOutput,
  builds: readonly Build[],
  derived: DerivedTable,
): NewClaim[] {
  const evidence = evidenceOf(link, builds);
  const common = { table, origin: 'derived' as const, evidence };
  const claims: NewClaim[] = [];
  const { grain } = derived;
  if (grain.keys.length > 0 || grain.status !== 'unknown') {
    const confidence = grain.keys[0]?.basis === 'assumed' ? (derived.grainConfidence ?? assumed) : proved;
    claims.push({ ...common, field: 'grain', value: grain, confidence, steps: [...derived.steps.grain] });
  }
  for (const { name, position, type, nullable, values } of derived.columns) {
    const value = {
      column: name,
      position,
      type,
      description: null,
      nullable,
      values: values && plainValues(values),
    };
    claims.push({ ...common, field: 'column', value, confidence: proved });
  }
  for (const { column, from } of derived.lineage) {
    const visible = from.filter((origin) => !isTemporary(origin.table));
    if (visible.length === 0) continue;
    const value = {
      column,
      from: visible.map(({ table: source, column: name, kind }) => ({ table: source, column: name, kind })),
    };
    claims.push({ ...common, field: 'column_lineage', value, confidence: 0.95 });
  }
  for (const fact of derived.population) {
    const { sql, words, path, line } = fact;
    const at = path === undefined || line === undefined ? evidence : evidenceAt(link, { path, line });
    claims.push({ ...common, evidence: at, field: 'population', value: { sql, words }, confidence: 0.95 });
  }
  return claims;
}

/** Literals (`text:free`, `null`) as people write values. NULL is said only of columns that hold nothing else. */
function plainValues(literals: readonly string[]): string[] {
  const values = literals.filter((text) => text !== 'null').map((text) => text.slice(text.indexOf(':') + 1));
  return values.length > 0 || literals.length === 0 ? [...new Set(values)] : ['NULL'];
}

/** The lines of the builds, one a file. */
function evidenceOf(link: LinkOutput, builds: readonly Build[]): CodeEvidence[] {
  let at = 0;
  return link.builds.slice(0, 3).map((part) => {
    const own = builds.slice(at, at + part.builds.length);
    at += part.builds.length;
    const from = Math.min(...own.map((build) => build.lines[0]));
    const to = Math.max(...own.map((build) => build.lines[1]));
    return { kind: 'code', path: part.path, lines: own.length > 0 ? [from, to] : [1, 1], blob: part.blob };
  });
}
