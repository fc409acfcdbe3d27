/** Claims as short lines for the dossier. */
import type { NewClaim } from '../../schema/contracts/claims.ts';
import { columnWords, plainValues } from '../../schema/contracts/column-words.ts';

/** "grain (derived): one row per day; key activity_date, platform [proved]". */
export function claimLine(claim: NewClaim): string {
  return `${claim.field} (${claim.origin}): ${valueText(claim)}`;
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
    case 'column': {
      const { column, type, nullable } = claim.value;
      const parts = [
        type,
        nullable === false ? 'never NULL' : null,
        columnWords(claim.value),
        plainValues(claim.value)?.join(' | ') ?? null,
      ];
      return `${column}: ${parts.filter((part) => part !== null && part !== '').join('; ')}`;
    }
    case 'population':
      return [claim.value.words, claim.value.sql].filter(Boolean).join(' — ');
    case 'freshness':
      return [claim.value.schedule, claim.value.window, claim.value.words].filter(Boolean).join('; ');
    case 'owner':
      return `${claim.value.owner} [${claim.value.source}]`;
    case 'similar': {
      const { table, differences, rule } = claim.value;
      return [table, ...differences, ...(rule === null ? [] : [rule])].join('; ');
    }
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

/** One line: what text brings along (line ends, control characters) must not look like structure of the dossier. */
export const flat = (text: string): string =>
  text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\s]+/g, ' ').trim();
