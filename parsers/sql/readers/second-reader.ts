/**
 * The second reader of SQL, `@guanmingchiu/sqlparser-ts`, for queries that the first one cannot parse. Its tree is written over into the shape
 * of the first reader's, so that one set of converters serves both.
 */
import type * as Sqlparser from '@guanmingchiu/sqlparser-ts';
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import { queryTree } from './second-query.ts';
import { find, rawOf } from './second-raw.ts';
import type { Tree } from './tree.ts';

type Sdk = typeof Sqlparser;
let sdk: Sdk | undefined;

export async function initSecondReader(): Promise<void> {
  if (sdk) return;
  const loaded = await import('@guanmingchiu/sqlparser-ts');
  await loaded.init();
  sdk = loaded;
}

const dialectNames: Partial<Record<Dialect, string>> = {
  postgres: 'postgresql',
  trino: 'generic',
  athena: 'generic',
};

/** The tree of one query, in the first reader's shape; undefined when this reader does not understand it either. */
export function readQueryAgain(sql: string, dialect: Dialect): Tree | undefined {
  if (!sdk)
    throw new Error(
      'The SQL reader is used before initSqlReader() has ended: this is a fault of the caller.',
    );
  try {
    const [statement] = sdk.parse(sql, (dialectNames[dialect] ?? dialect) as Parameters<Sdk['parse']>[1]);
    const query = find(rawOf(statement), 'Query');
    return query && queryTree(query);
  } catch {
    // Whatever it stumbles over, the next reader is asked.
    return undefined;
  }
}
