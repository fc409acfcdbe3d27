import type { Dialect } from '../../../schema/contracts/dialect.ts';

/** Dialects in which one pair of quotes may hold a whole dotted name. */
const quotesHoldPaths: ReadonlySet<Dialect> = new Set(['bigquery', 'generic']);

/**
 * A table's address as one to three parts. BigQuery's quoted paths are split; what exceeds three parts (views of INFORMATION_SCHEMA below a
 * region) is kept in the last one.
 */
export function nameParts(identifiers: readonly { readonly name: string }[], dialect: Dialect): string[] {
  const parts = identifiers.flatMap(({ name }) =>
    name.includes('.') && quotesHoldPaths.has(dialect) && !/^\{(?!\{)/.test(name) ? splitPath(name) : name,
  );
  return parts.length <= 3 ? parts : [parts[0]!, parts[1]!, parts.slice(2).join('.')];
}

/** `domain.com:project.dataset.table` has a dot inside its first part. */
function splitPath(path: string): string[] {
  const domain = /^[\w.-]+:[\w-]+/.exec(path)?.[0] ?? '';
  const rest = path.slice(domain.length).split('.');
  return domain ? [domain + rest[0]!, ...rest.slice(1)] : rest;
}
