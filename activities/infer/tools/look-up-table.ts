import { claimLines, flat } from '../../../inference/model/claim-text.ts';
import { pageOf, refused, type ToolOutput } from '../../../inference/model/tool-output.ts';
import type { ToolInput } from '../../../inference/model/tools.ts';
import { redact } from '../../../knowledge/redact.ts';
import type { Ledger } from '../ledger.ts';

/** A table's claims, and what reads it. What a model said is left out: an answer about one table must not rest on a guess about another. */
export async function lookUpTable(
  ledger: Ledger,
  input: ToolInput<'look_up_table'>,
): Promise<ToolOutput & { readonly table: string | null; readonly hash: string }> {
  const table = ledger.resolve(input.table);
  if (table === null)
    return {
      ...refused('No table is known by this name, or several are: give the whole id.'),
      table,
      hash: '',
    };
  const { claims, downstream, columns, hash } = await ledger.about(table);
  const path = ledger.pathOf(table);
  const named = claims.flatMap((claim) => (claim.field === 'column' ? [claim.value.column] : []));
  const lines = [
    `Table: ${flat(table)}`,
    ...(path === null ? [] : [`Built by: ${flat(path)}`]),
    columns === null
      ? `Some columns: ${flat([...new Set(named)].join(', ')) || 'none is known'}`
      : `All columns: ${flat(columns.join(', '))}`,
    ...claimLines(claims).map((line) => `- ${line}`),
    ...(downstream.length === 0 ? ['Read by: no table'] : downstream.map((by) => `Read by: ${flat(by)}`)),
  ];
  return { ...pageOf([...new Set(lines)].map((line) => ({ text: redact(line) })), input.page), table, hash }; // prettier-ignore
}
