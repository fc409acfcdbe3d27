/** Faults as people make them, seeded in the relational form of a query: each mutant differs in one place. */
import { splitAnd } from '../../inference/bind/expression.ts';
import { allOf } from '../../parsers/typescript/builders/expressions.ts';
import type { Expression, Join, Relation } from '../../schema/contracts/relation.ts';

export const mutations = [
  'join key dropped',
  'deduplication removed',
  'GROUP BY widened',
  'DISTINCT removed',
] as const;
export type Mutation = (typeof mutations)[number];

export interface Mutant {
  readonly mutation: Mutation;
  readonly relation: Relation;
}

/** All mutants of a query, in the order of its operators. */
export const mutantsOf = (relation: Relation): Mutant[] => [...within(relation)] as Mutant[];

interface Changed {
  readonly mutation: Mutation;
  readonly relation: unknown;
}

function* within(value: unknown): Generator<Changed> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries())
      for (const { mutation, relation } of within(item))
        yield { mutation, relation: value.with(i, relation) };
    return;
  }
  if ('op' in value && !('ex' in value)) yield* changesOf(value as Relation);
  for (const [key, inner] of Object.entries(value))
    for (const { mutation, relation } of within(inner))
      yield { mutation, relation: { ...value, [key]: relation } };
}

function* changesOf(node: Relation): Generator<Changed> {
  switch (node.op) {
    case 'join':
      yield* fewerKeys(node);
      return;
    case 'filter': {
      const parts = splitAnd(node.predicate);
      const rest = parts.filter((part) => !keepsFirst(part));
      if (rest.length === parts.length) return;
      const predicate = allOf(rest);
      yield { mutation: 'deduplication removed', relation: predicate ? { ...node, predicate } : node.input };
      return;
    }
    case 'aggregate': {
      const [more] = node.items.flatMap(({ value }) => aggregated(value));
      if (node.keys.length > 0 && !node.sets && more)
        yield { mutation: 'GROUP BY widened', relation: { ...node, keys: [...node.keys, more] } };
      return;
    }
    case 'distinct':
      yield { mutation: 'DISTINCT removed', relation: node.input };
      return;
    case 'set':
      if (node.kind === 'union' && !node.all)
        yield { mutation: 'DISTINCT removed', relation: { ...node, all: true } };
      return;
    default:
  }
}

/** With one of several equalities left out. */
function* fewerKeys(join: Join): Generator<Changed> {
  const parts = join.on ? splitAnd(join.on) : [];
  const equalities = parts.filter(
    (part) =>
      part.ex === 'binary' && part.op === '=' && part.left.ex === 'column' && part.right.ex === 'column',
  );
  if (equalities.length > 1)
    for (const left of equalities)
      yield {
        mutation: 'join key dropped',
        relation: { ...join, on: allOf(parts.filter((part) => part !== left)) },
      };
  const { using } = join;
  if (Array.isArray(using) && using.length > 1)
    for (const left of using as readonly string[])
      yield {
        mutation: 'join key dropped',
        relation: { ...join, using: (using as readonly string[]).filter((name) => name !== left) },
      };
}

/** `row_number() OVER … = 1`, or a column of that name. */
function keepsFirst(value: Expression): boolean {
  if (value.ex !== 'binary' || value.op !== '=' || value.right.ex !== 'literal' || value.right.value !== '1')
    return false;
  const { left } = value;
  return (
    left.ex === 'window' || (left.ex === 'column' && /^rn$|row_?num|rank|_rn$|order_desc/i.test(left.name))
  );
}

/** The columns that an aggregate folds. */
const aggregated = (value: Expression): Expression[] => {
  if (value.ex === 'cast') return aggregated(value.value);
  if (value.ex !== 'call') return [];
  return value.aggregate ? value.args.filter((arg) => arg.ex === 'column') : value.args.flatMap(aggregated);
};
