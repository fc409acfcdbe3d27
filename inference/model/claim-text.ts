/** Claims as short lines for the dossier. */
import type { ClaimValue, NewClaim } from '../../schema/contracts/claims.ts';
import { columnWords, plainValues } from '../../schema/contracts/column-words.ts';

/** "grain (derived): one row per day; key activity_date, platform [proved]". */
function claimLine(claim: NewClaim): string {
  return `${claim.field} (${claim.origin}): ${valueText(claim)}`;
}

/**
 * Lines of a table's claims, in their order. All that is said of a column stands on one line, where the first of its claims does; one of which only the name is
 * known has none.
 */
export function claimLines(claims: readonly NewClaim[]): string[] {
  const columns = Map.groupBy(claims.filter(tellsOfColumn), (claim) => claim.value.column.toLowerCase());
  return claims.flatMap((claim) => {
    if (claim.field !== 'column') return [claimLine(claim)];
    const told = columns.get(claim.value.column.toLowerCase()) ?? [];
    if (told[0] !== claim) return [];
    const parts = new Set(told.flatMap(({ value }) => columnParts(value)));
    const origins = new Set(told.map(({ origin }) => origin));
    return [flat(`column (${[...origins].join(', ')}): ${claim.value.column}: ${[...parts].join('; ')}`)];
  });
}

type ColumnClaim = Extract<NewClaim, { readonly field: 'column' }>;
const tellsOfColumn = (claim: NewClaim): claim is ColumnClaim =>
  claim.field === 'column' && columnParts(claim.value).length > 0;

/** What is known of a column beside its name. */
function columnParts(column: ColumnClaim['value']): string[] {
  const parts = [
    column.type,
    column.nullable === false ? 'never NULL' : null,
    columnWords(column),
    plainValues(column)?.join(' | ') ?? null,
  ];
  return parts.flatMap((part) => (part === null || part === '' ? [] : [part]));
}

/** A claim's value in words, on one line. */
export function valueText(claim: NewClaim): string {
  return flat(textOf(claim));
}

function textOf(claim: NewClaim): string {
  switch (claim.field) {
    case 'description':
    case 'purpose':
    case 'caveat':
    case 'deprecated':
      return claim.value.text;
    case 'grain': {
      const keys = claim.value.keys.map(
        ({ columns, basis, scope }) => `key ${columns.join(', ') || '()'} [${basis}, ${scope}]`,
      );
      return [claim.value.phrase, ...keys, `rows: ${claim.value.status}`].filter(Boolean).join('; ');
    }
    case 'join': {
      const { columns, to, to_columns, cardinality } = claim.value;
      return `${columns.join(', ')} = ${to} ${to_columns.join(', ')} (${cardinality})`;
    }
    case 'column':
      return [claim.value.column, columnParts(claim.value).join('; ')].filter(Boolean).join(': ');
    case 'population':
      return [claim.value.words, claim.value.sql].filter(Boolean).join(' — ');
    case 'freshness': {
      const { schedule, window, words } = claim.value;
      return [...[schedule, window].filter((part) => part !== null && !words.includes(part)), words].filter(Boolean).join('; '); // prettier-ignore
    }
    case 'owner':
      return `${claim.value.owner} [${claim.value.source}]`;
    case 'similar':
      return [claim.value.table, ...alikeWords(claim.value)].join('; ');
    case 'upstream':
      return claim.value.table;
    case 'column_lineage': {
      const from = claim.value.from.map(({ table, column, kind }) => `${table}.${column} [${kind}]`);
      return `${claim.value.column} ← ${from.join(', ')}`;
    }
    case 'kind':
      return [claim.value.kind, claim.value.write].filter(Boolean).join(', ');
    case 'consumer':
      return `${claim.value.kind} ${claim.value.name}`;
    case 'usage':
      return claim.value.band;
  }
}

/** In what a look-alike differs, and when to take it. */
export const alikeWords = ({ differences, rule }: ClaimValue<'similar'>): string[] => [
  ...differences,
  ...(rule === null ? [] : [rule]),
];

/** One line: what text brings along (line ends, control characters) must not look like structure of the dossier. */
export const flat = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ').trim();
