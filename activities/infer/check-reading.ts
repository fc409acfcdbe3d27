/** Holds an answer against the commit and the ledger, and turns what holds into claims. */
import {
  checkCitations,
  pathsCited,
  tablesNamed,
  type CheckedReading,
} from '../../inference/model/check-citations.ts';
import type { TableReading } from '../../inference/model/output-contract.ts';
import { isShown, type Span } from '../../inference/model/shown.ts';
import { toClaims } from '../../inference/model/to-claims.ts';
import { redactClaim } from '../../knowledge/redact.ts';
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { linesByPath, type CitedCode } from './cited-code.ts';
import type { Ledger } from './ledger.ts';
import type { Question } from './questions.ts';

interface Sources {
  readonly code: CitedCode;
  readonly ledger: Ledger;
}

export async function checkReading(
  { code, ledger }: Sources,
  { table }: Question,
  reading: TableReading,
  shown: readonly Span[],
): Promise<CheckedReading> {
  const linesOf = await linesByPath(code, pathsCited(reading));
  const named = tablesNamed(reading).flatMap((name) => ledger.resolve(name) ?? []);
  const columns = await ledger.columnsOf([...new Set([table, ...named])]);
  return checkCitations(reading, {
    table,
    linesOf,
    shown: (span) => isShown(shown, span),
    resolve: ledger.resolve,
    columnsOf: (of) => columns.get(of) ?? null,
  });
}

export function claimsOf(
  { code, ledger }: Sources,
  { table, similar }: Question,
  accepted: TableReading,
): NewClaim[] {
  return toClaims(accepted, {
    table,
    blobOf: (path) => code.blobOf(path) ?? '',
    resolve: ledger.resolve,
    pathOf: ledger.pathOf,
    likenessOf: (other) => similar.find((one) => one.table === other)?.likeness ?? 0,
  }).map(redactClaim);
}
