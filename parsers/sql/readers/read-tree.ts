import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { parseTrees, type Parsed } from './first-reader.ts';
import { failureAt, repairs } from './repairs.ts';
import { keepSubqueriesApart } from './subqueries.ts';
import { kindOf, type Tree } from './tree.ts';

const maxRounds = 24;

/** Kinds that the first reader gives to what it has not understood. */
const withoutStructure: ReadonlySet<string> = new Set(['command', 'raw']);

export type TreeResult = { readonly tree: Tree } | { readonly error: string; readonly line: number };

/** One statement's tree from the first reader; repairs are tried only when it fails. */
export function readTree(given: string, dialect: Dialect): TreeResult {
  const text = keepSubqueriesApart(given, dialect);
  const first = parseTrees(text, dialect);
  const outcome = accept(first);
  if ('tree' in outcome) return outcome;
  let current = text;
  let failed: Parsed = first;
  for (let round = 0; round < maxRounds; round++) {
    const offset = 'offset' in failed ? failed.offset : 0;
    const next = repaired(current, dialect, offset);
    if (next === undefined) break;
    current = next;
    failed = parseTrees(current, dialect);
    const again = accept(failed);
    if ('tree' in again) return again;
  }
  return outcome;
}

function repaired(text: string, dialect: Dialect, offset: number): string | undefined {
  const failure = failureAt(text, dialect, offset);
  for (const repair of repairs) {
    const changed = repair(failure);
    if (changed !== null && changed !== text) return changed;
  }
  return undefined;
}

function accept(parsed: Parsed): TreeResult {
  if ('error' in parsed) return { error: parsed.error, line: parsed.line };
  const [tree] = parsed.trees;
  if (!tree) return { error: 'empty statement', line: 1 };
  return withoutStructure.has(kindOf(tree))
    ? { error: `no structure in "${kindOf(tree)}"`, line: 1 }
    : { tree };
}
