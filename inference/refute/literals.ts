import type { Relation } from '../../schema/contracts/relation.ts';
import { expressionsOf, walkExpression, walkRelation } from '../../schema/contracts/relation-walk.ts';
import type { SqlValue } from './functions.ts';

/** The constants that a query names, each once, as SQLite has them; at most 24. */
export function literalsOf(relation: Relation): readonly SqlValue[] {
  const found = new Set<SqlValue>();
  for (const each of walkRelation(relation))
    for (const expression of expressionsOf(each))
      for (const part of walkExpression(expression)) {
        if (part.ex !== 'literal' || part.value === null || found.size >= 24) continue;
        if (part.type === 'string' || part.type === 'date') found.add(part.value);
        else if (part.type === 'number' && Number.isFinite(Number(part.value))) found.add(Number(part.value));
      }
  return [...found];
}
