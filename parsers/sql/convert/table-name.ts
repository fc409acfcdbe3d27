import type { ast } from '@polyglot-sql/sdk';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { nameParts } from '../text/names.ts';
import { at, type Env } from './env.ts';
import { nameBehind } from './external-query.ts';

export function tableName(table: ast.TableRef, env: Env): NameRef {
  const identifiers = [table.catalog, table.schema, table.name].filter((each) => each !== null);
  const parts = nameParts(identifiers, env.dialect);
  const { connection } = env;
  return { parts: connection === undefined ? parts : nameBehind(connection, parts), ...at(env, table) };
}
