/** Functions that make several rows of one (`SELECT explode(tags)`): written in a SELECT list, but really part of FROM. */
import type { CallExpression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';

const generators: ReadonlySet<string> = new Set([
  'explode',
  'explode_outer',
  'posexplode',
  'posexplode_outer',
  'unnest',
  'flatten',
]);

/** Moves such calls into lateral joins and leaves a column in their place. */
export function liftGenerators(
  input: Relation,
  items: readonly ProjectItem[],
): { relation: Relation; items: readonly ProjectItem[] } {
  let relation = input;
  const lifted = items.map((item) => {
    const { value } = item;
    if (value.ex !== 'call' || !generators.has(value.name) || value.args.length !== 1) return item;
    const column = item.name ?? 'col';
    relation = { op: 'join', kind: 'cross', lateral: true, left: relation, right: unnest(value, [column]) };
    return { ...item, name: column, value: { ex: 'column' as const, name: column } };
  });
  return { relation, items: lifted };
}

/** The relation that a generating call stands for. `posexplode` puts the position first. */
export function unnest(call: CallExpression, columns: readonly string[]): Relation {
  const positioned = call.name.startsWith('pos');
  return {
    op: 'unnest',
    value: call.args[0]!,
    columns: positioned ? columns.slice(1) : columns,
    ...(positioned ? { ordinality: columns.length > 1 ? columns[0]! : 'pos' } : {}),
    ...(call.name.endsWith('_outer') ? { outer: true } : {}),
  };
}
