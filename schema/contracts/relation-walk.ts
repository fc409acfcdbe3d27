/** Ways through the relational form, so that readers of it need not repeat its shape. */
import type { NameRef } from './names.ts';
import type { Expression, Relation, SortKey } from './relation.ts';

/** The relations directly below; a `With`'s definitions come before its body. Subqueries inside expressions are not among them. */
export function childrenOf(relation: Relation): readonly Relation[] {
  switch (relation.op) {
    case 'scan':
    case 'cte':
    case 'values':
    case 'unnest':
    case 'table_function':
    case 'opaque':
      return [];
    case 'join':
      return [relation.left, relation.right];
    case 'set':
      return relation.inputs;
    case 'with':
      return [...relation.ctes.map((cte) => cte.relation), relation.body];
    default:
      return [relation.input];
  }
}

/** The expressions that a relation itself holds, in the order of the code where that is known. */
export function expressionsOf(relation: Relation): readonly Expression[] {
  switch (relation.op) {
    case 'values':
      return relation.rows.flat();
    case 'project':
      return relation.items.map((item) => item.value);
    case 'filter':
      return [relation.predicate];
    case 'join':
      return relation.on ? [relation.on] : [];
    case 'aggregate':
      return [...relation.keys, ...relation.items.map((item) => item.value)];
    case 'distinct':
      return relation.on ?? [];
    case 'unnest':
      return [relation.value];
    case 'table_function':
      return relation.args;
    case 'pivot':
      return [...relation.aggregates.map((item) => item.value), ...relation.on];
    case 'unpivot':
      return relation.columns;
    case 'sort':
      return relation.by.map((key) => key.value);
    default:
      return [];
  }
}

const values = (keys: readonly SortKey[] | undefined): readonly Expression[] =>
  (keys ?? []).map((key) => key.value);

/** The expressions directly inside an expression. A subquery's own expressions are not among them: see `subqueriesOf`. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.ex) {
    case 'column':
    case 'literal':
    case 'parameter':
      return [];
    case 'call':
      return [
        ...expression.args,
        ...(expression.filter ? [expression.filter] : []),
        ...values(expression.orderBy),
      ];
    case 'window':
      return [expression.call, ...expression.partitionBy, ...values(expression.orderBy)];
    case 'cast':
    case 'unary':
      return [expression.value];
    case 'case':
      return [
        ...(expression.operand ? [expression.operand] : []),
        ...expression.branches.flatMap((branch) => [branch.when, branch.then]),
        ...(expression.otherwise ? [expression.otherwise] : []),
      ];
    case 'binary':
      return [expression.left, expression.right];
    case 'in':
      return [expression.value, ...expression.list];
    case 'between':
      return [expression.value, expression.low, expression.high];
    case 'subquery':
      return expression.value ? [expression.value] : [];
    case 'star':
      return [
        ...(expression.of ? [expression.of] : []),
        ...(expression.replace ?? []).map((item) => item.value),
      ];
    case 'field':
      return [expression.value, ...(expression.index ? [expression.index] : [])];
    case 'struct':
      return expression.fields.map((field) => field.value);
    case 'array':
      return expression.items;
    case 'opaque':
      return expression.parts;
  }
}

/** The expression and everything inside it, outermost first; subqueries are not entered. */
export function walkExpression(expression: Expression, found: Expression[] = []): Expression[] {
  found.push(expression);
  for (const part of partsOf(expression)) walkExpression(part, found);
  return found;
}

/** The queries written inside an expression, at any depth, without the queries inside those. */
export function subqueriesOf(expression: Expression): Relation[] {
  return walkExpression(expression).flatMap((each) => (each.ex === 'subquery' ? [each.relation] : []));
}

/** The relation and every relation below it, also those in subqueries, outermost first. */
export function walkRelation(relation: Relation, found: Relation[] = []): Relation[] {
  found.push(relation);
  for (const expression of expressionsOf(relation))
    for (const query of subqueriesOf(expression)) walkRelation(query, found);
  for (const child of childrenOf(relation)) walkRelation(child, found);
  return found;
}

/** Every table that a relation reads, each address once, at the place where it comes first. */
export function readsOf(relation: Relation): NameRef[] {
  const found = new Map<string, NameRef>();
  const add = (name: NameRef) => {
    const key = JSON.stringify(name.parts);
    if (!found.has(key)) found.set(key, name);
  };
  for (const each of walkRelation(relation)) {
    if (each.op === 'scan') add(each.table);
    else if (each.op === 'opaque') each.reads.forEach(add);
  }
  return [...found.values()];
}
