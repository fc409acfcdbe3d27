/** Resolves the names in an expression. */
import type {
  CallExpression,
  ColumnExpression,
  Expression,
  SortKey,
} from '../../schema/contracts/relation.ts';
import type { Binder, Place } from './binder.ts';
import type { BoundCall, BoundColumn, BoundExpression, BoundSortKey } from './bound.ts';
import { references, some } from './expressions.ts';
import { nullSafe } from './null-safe.ts';
import { bindQuery } from './relation.ts';
import { lookUp, rowNamed } from './scope.ts';
import type { Aliases, Scope } from './scope.ts';

/** Where an expression stands. `made`: takes the columns that had to be computed beside it (what windows partition by). */
export interface Site {
  readonly binder: Binder;
  readonly place: Place;
  readonly scope: Scope;
  readonly made: BoundColumn[];
  readonly aliases?: Aliases;
  /** Of a name that is the whole argument of a call: there the name of a relation means its row. */
  readonly argument?: true;
  /** Of a choice between relations' rows: the column of them that is meant. */
  readonly field?: string | undefined;
}

export function bindExpression(value: Expression, site: Site): BoundExpression {
  const plain: Site = site.field === undefined ? site : { ...site, field: undefined };
  const bind = (part: Expression): BoundExpression => bindExpression(part, plain);
  switch (value.ex) {
    case 'column':
      return (
        columnOfRow(value, site) ??
        lookUp(site.scope, value.qualifier ?? [], value.name, site.aliases, site.argument) ??
        site.binder.missing([...(value.qualifier ?? []), value.name].join('.'), value.line)
      );
    case 'literal':
      return value;
    case 'parameter':
      return value;
    case 'call':
      return bindCall(value, site);
    case 'window': {
      // always a column of its own, so that what is computed from it, or filtered by it, can be reasoned about
      const window: BoundExpression = {
        ex: 'window',
        call: bindCall(value.call, site),
        partitionBy: value.partitionBy
          .filter((part) => part.ex !== 'literal')
          .map((part) => site.binder.column(bind(part), site.scope, site.made)),
        orderBy: bindSort(value.orderBy, site),
        ...(value.frame === undefined ? {} : { frame: value.frame }),
      };
      return { ex: 'ref', id: site.binder.column(window, site.scope, site.made) };
    }
    case 'cast':
      return {
        ex: 'cast',
        value: bind(value.value),
        type: value.type,
        ...(value.safe ? { safe: true } : {}),
      };
    case 'case':
      return {
        ex: 'case',
        branches: value.branches.map((branch) => ({
          when: value.operand
            ? { ex: 'binary', op: '=', left: bind(value.operand), right: bind(branch.when) }
            : bind(branch.when),
          then: bindExpression(branch.then, site),
        })),
        ...(value.otherwise ? { otherwise: bindExpression(value.otherwise, site) } : {}),
      };
    case 'binary':
      return { ex: 'binary', op: value.op, left: bind(value.left), right: bind(value.right) };
    case 'unary':
      return { ex: 'unary', op: value.op, value: bind(value.value) };
    case 'in':
      return { ex: 'in', value: bind(value.value), list: value.list.map(bind) };
    case 'between':
      return { ex: 'between', value: bind(value.value), low: bind(value.low), high: bind(value.high) };
    case 'subquery':
      return {
        ex: 'subquery',
        kind: value.kind,
        query: bindQuery(value.relation, site.binder, inside(site.place, site.scope)),
        ...(value.value ? { value: bind(value.value) } : {}),
      };
    case 'star':
      return value.of
        ? { ex: 'opaque', parts: [bind(value.of)], text: '*' }
        : { ex: 'literal', type: 'other', value: '*' };
    case 'field':
      return {
        ex: 'field',
        value: bind(value.value),
        ...(value.field === undefined ? {} : { field: value.field }),
        ...(value.index ? { index: bind(value.index) } : {}),
      };
    case 'struct':
      return {
        ex: 'struct',
        fields: value.fields.map((field) => ({
          ...(field.name === undefined ? {} : { name: field.name }),
          value: bind(field.value),
        })),
      };
    case 'array':
      return { ex: 'array', items: value.items.map(bind) };
    case 'opaque':
      return {
        ex: 'opaque',
        parts: value.parts.map(bind),
        ...(value.text === undefined ? {} : { text: value.text }),
      };
  }
}

function columnOfRow({ name }: ColumnExpression, { field, scope }: Site): BoundExpression | null {
  const id = field === undefined ? undefined : rowNamed(scope, name)?.schema.find(field);
  return id === undefined || id === null ? null : { ex: 'ref', id };
}

function bindCall(call: CallExpression, site: Site): BoundCall {
  return {
    ex: 'call',
    name: call.name,
    args: call.args.map((arg) =>
      bindExpression(arg, arg.ex === 'column' ? { ...site, argument: true } : site),
    ),
    ...(call.aggregate ? { aggregate: true } : {}),
    ...(call.distinct ? { distinct: true } : {}),
    ...(call.filter ? { filter: bindExpression(call.filter, site) } : {}),
    ...(call.orderBy ? { orderBy: bindSort(call.orderBy, site) } : {}),
  };
}

function bindSort(keys: readonly SortKey[], site: Site): BoundSortKey[] {
  return keys.map((key) => ({
    value: bindExpression(key.value, site),
    ...(key.descending ? { descending: true } : {}),
  }));
}

/** The place of a query inside an expression of `scope`. */
export function inside(place: Place, scope: Scope): Place {
  return { ctes: place.ctes, outer: { scope, seen: new Set() }, defining: null };
}

/**
 * A predicate taken apart at `AND`. What is compared becomes a column, also where it is computed, so that equalities are between columns,
 * literals and values that are fixed for a run.
 */
export function bindConjuncts(predicates: readonly Expression[], site: Site): BoundExpression[] {
  return predicates.map((predicate) => {
    const value = nullSafe(bindExpression(predicate, site));
    if (value.ex === 'binary' && comparisons.has(value.op))
      return { ...value, left: asColumn(value.left, site), right: asColumn(value.right, site) };
    if (value.ex === 'between')
      return {
        ...value,
        value: asColumn(value.value, site),
        low: asColumn(value.low, site),
        high: asColumn(value.high, site),
      };
    if (value.ex === 'in') return { ...value, value: asColumn(value.value, site) };
    if (value.ex === 'subquery' && value.value) return { ...value, value: asColumn(value.value, site) };
    return value;
  });
}

const comparisons = new Set(['=', '<', '<=', '>', '>=', 'IS NOT DISTINCT FROM', '<=>', '==']);

function asColumn(value: BoundExpression, site: Site): BoundExpression {
  if (value.ex === 'ref' || !computable(value)) return value;
  return { ex: 'ref', id: site.binder.column(value, site.scope, site.made) };
}

const computable = (value: BoundExpression): boolean =>
  references(value).size > 0 &&
  !some(value, (part) => part.ex === 'subquery' || (part.ex === 'call' && part.aggregate === true));

/** `AND` taken apart before names are resolved. */
export function splitAnd(value: Expression): Expression[] {
  return value.ex === 'binary' && value.op === 'AND'
    ? [...splitAnd(value.left), ...splitAnd(value.right)]
    : [value];
}
