/** `EXTERNAL_QUERY('connection', 'query')` of BigQuery: the rows of a query in another database, whose tables the connection tells apart. */
import type { CallExpression, Expression, Relation } from '../../../schema/contracts/relation.ts';
import { readTree } from '../readers/read-tree.ts';
import { convertQuery } from './query.ts';
import { rootEnv, type Env } from './env.ts';

/** Undefined where the connection is not written in full, or the query is no text that can be read: then only the call is known. */
export function externalQuery({ args }: CallExpression, env: Env): Relation | undefined {
  const [connection, query] = args;
  if (!isText(connection) || !isText(query) || !connection.value.includes('.')) return undefined;
  // The connection does not say whether MySQL or Postgres answers: only one of them quotes names by backticks.
  const dialect = query.value.includes('`') ? 'bigquery' : 'postgres';
  const read = readTree(query.value, dialect);
  if (!('tree' in read)) return undefined;
  const report: Env['report'] = (code, message) => env.report(code, message);
  const inner = rootEnv({ dialect, lineOf: env.lineOf, report, connection: connection.value });
  return convertQuery(read.tree, inner);
}

/**
 * A table's name in the database that a connection leads to: the connection, schema, name. Where the query leaves out the schema, the
 * connection's own last part stands for it, since it means one database.
 */
export function nameBehind(connection: string, parts: readonly string[]): string[] {
  if (parts.length > 1) return [connection, ...parts.slice(-2)];
  const dot = connection.lastIndexOf('.');
  return [connection.slice(0, dot), connection.slice(dot + 1), ...parts];
}

const isText = (
  expression: Expression | undefined,
): expression is Expression & { ex: 'literal'; value: string } =>
  expression?.ex === 'literal' && expression.type === 'string' && typeof expression.value === 'string';
