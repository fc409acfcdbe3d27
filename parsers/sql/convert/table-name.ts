import type { ast } from '@polyglot-sql/sdk';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { nameParts } from '../text/names.ts';
import { at, type Env } from './env.ts';

export function tableName(table: ast.TableRef, env: Env): NameRef {
  const identifiers = [table.catalog, table.schema, table.name].filter((each) => each !== null);
  return { parts: nameParts(identifiers, env.dialect), ...at(env, table) };
}
