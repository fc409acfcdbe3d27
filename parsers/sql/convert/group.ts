/** GROUP BY: ordinals, aliases and ALL are replaced by the expressions that they stand for. */
import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { Expression, ProjectItem } from '../../../schema/contracts/relation.ts';
import { partsOf, walkExpression } from '../../../schema/contracts/relation-walk.ts';
import { convertExpression } from './expression.ts';
import type { Env } from './env.ts';
import type { Data, Tree } from '../readers/tree.ts';

/** Dialects where an output alias hides an input column of the same name in GROUP BY; elsewhere the column wins. */
const aliasWins: ReadonlySet<Dialect> = new Set(['bigquery', 'clickhouse']);
/** More grouping sets than this are not spelled out: the keys alone are kept. */
const maxSets = 64;

type Keys = readonly Expression[];
interface Grouping {
  readonly keys: Keys;
  readonly sets?: readonly (readonly number[])[];
}

export function convertGroupBy(
  clause: Data<'group_by'> | null,
  items: readonly ProjectItem[],
  env: Env,
): Grouping {
  if (!clause) return { keys: [] };
  if (clause.all && clause.expressions.length === 0)
    return {
      keys: items
        .filter(
          (item) => !holdsAggregate(item.value) && !holdsWindow(item.value) && item.value.ex !== 'literal',
        )
        .map((item) => item.value),
    };
  const resolve = (tree: Tree) => resolveKey(convertExpression(tree, env), items, env.dialect);
  const factors = clause.expressions.map((each) => groupingSets(each, resolve));
  // MySQL's `GROUP BY a WITH ROLLUP` arrives as a bare rollup after the keys.
  const sets = factors.reduce<Keys[]>(
    (all, factor) =>
      all.length * factor.length > maxSets * 4
        ? all
        : all.flatMap((left) => factor.map((right) => [...left, ...right])),
    [[]],
  );
  const keys: Expression[] = [];
  const seen = new Map<string, number>();
  const indexed = sets.map((set) => [
    ...new Set(
      set.map((key) => {
        const text = JSON.stringify(key);
        const known = seen.get(text);
        if (known !== undefined) return known;
        seen.set(text, keys.length);
        return keys.push(key) - 1;
      }),
    ),
  ]);
  return sets.length > 1 && sets.length <= maxSets ? { keys, sets: indexed } : { keys };
}

/** The alternatives that one element of GROUP BY stands for; a plain key is one alternative. */
function groupingSets(tree: Tree, resolve: (tree: Tree) => Expression): Keys[] {
  const call = groupingCall(tree);
  if (!call) return [flatten(tree).map(resolve)];
  const units = call.args.map((arg) => flatten(arg).map(resolve));
  switch (call.name) {
    case 'ROLLUP':
      return [...units.keys(), units.length].reverse().map((length) => units.slice(0, length).flat());
    case 'CUBE':
      return units.length > 6
        ? [units.flat()]
        : Array.from({ length: 2 ** units.length }, (_, mask) =>
            units.filter((_unit, index) => !(mask & (1 << index))).flat(),
          );
    default:
      return call.args.flatMap((arg) => groupingSets(arg, resolve));
  }
}

function groupingCall(tree: Tree): { name: string; args: readonly Tree[] } | undefined {
  if ('rollup' in tree) return { name: 'ROLLUP', args: tree.rollup.expressions };
  if ('cube' in tree) return { name: 'CUBE', args: tree.cube.expressions };
  if ('grouping_sets' in tree) return { name: 'GROUPING SETS', args: tree.grouping_sets.expressions };
  if (!('function' in tree)) return undefined;
  const name = tree.function.name.toUpperCase();
  return ['ROLLUP', 'CUBE', 'GROUPING SETS'].includes(name) ? { name, args: tree.function.args } : undefined;
}

const flatten = (tree: Tree): readonly Tree[] =>
  'tuple' in tree ? tree.tuple.expressions : 'paren' in tree ? [tree.paren.this] : [tree];

function resolveKey(key: Expression, items: readonly ProjectItem[], dialect: Dialect): Expression {
  if (key.ex === 'literal' && key.type === 'number') return items[Number(key.value) - 1]?.value ?? key;
  if (key.ex !== 'column' || key.qualifier) return key;
  const name = key.name.toLowerCase();
  const item = items.find((each) => each.name?.toLowerCase() === name);
  if (!item || holdsAggregate(item.value)) return key;
  const hidesColumn = walkExpression(item.value).some(
    (each) => each.ex === 'column' && each.name.toLowerCase() === name,
  );
  return hidesColumn && !aliasWins.has(dialect) ? key : item.value;
}

/** Whether the expression folds the rows of a group itself; a window function does so only in its arguments. */
export function holdsAggregate(expression: Expression): boolean {
  if (expression.ex === 'call' && expression.aggregate) return true;
  if (expression.ex === 'window')
    return [
      ...partsOf(expression.call),
      ...expression.partitionBy,
      ...expression.orderBy.map((key) => key.value),
    ].some(holdsAggregate);
  return partsOf(expression).some(holdsAggregate);
}

function holdsWindow(expression: Expression): boolean {
  return expression.ex === 'window' || partsOf(expression).some(holdsWindow);
}
