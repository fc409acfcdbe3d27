/** What stands in FROM, by the second reader, in the first reader's shape. */
import { own } from '../../../schema/contracts/own.ts';
import { expressionTree } from './second-expression.ts';
import { queryTree } from './second-query.ts';
import { find, identifier, many, rows, text, tree, type Raw } from './second-raw.ts';
import type { Tree } from './tree.ts';

export const joinBase = { on: null, using: [], kind: 'Inner', match_condition: null };
const joinKinds: Readonly<Record<string, string>> = {
  Join: 'Inner',
  Inner: 'Inner',
  Left: 'Left',
  LeftOuter: 'Left',
  Right: 'Right',
  RightOuter: 'Right',
  FullOuter: 'Full',
  CrossJoin: 'Cross',
  Semi: 'Semi',
  LeftSemi: 'LeftSemi',
  RightSemi: 'RightSemi',
  Anti: 'Anti',
  LeftAnti: 'LeftAnti',
  RightAnti: 'RightAnti',
  CrossApply: 'CrossApply',
  OuterApply: 'OuterApply',
  AsOf: 'AsOf',
  StraightJoin: 'Straight',
};

export function joinOf(join: Raw): object {
  const operator = find(join, 'join_operator')!;
  const name = typeof operator === 'string' ? (operator as string) : Object.keys(operator)[0]!;
  const inner = find(operator, name);
  const constraint = find(inner, 'constraint') ?? inner;
  const on = find(constraint, 'On');
  const match = find(inner, 'match_condition');
  const natural = typeof constraint === 'string' && (constraint as string) === 'Natural';
  const kind = own(joinKinds, name) ?? 'Inner';
  return {
    ...joinBase,
    this: factorTree(find(join, 'relation')!),
    kind: natural ? `Natural${kind === 'Inner' ? '' : kind}` : kind,
    on: on ? expressionTree(on) : null,
    match_condition: match ? expressionTree(match) : null,
    using: many(constraint, 'Using').map((name) => lastIdentifier(name)),
  };
}

const lastIdentifier = (name: Raw) => {
  const part = rows(name).at(-1) ?? name;
  return identifier(find(part, 'Identifier') ?? part);
};

export function columnsOf(alias: Raw | undefined): object[] {
  return many(alias, 'columns').map((column) => identifier(find(column, 'name') ?? column));
}

export function tableOf(name: readonly Raw[], alias: Raw | undefined): object {
  const parts = name.map((part) => identifier(find(part, 'Identifier') ?? part));
  const [table, schema, ...catalog] = parts.reverse();
  return {
    name: table,
    schema: schema ?? null,
    catalog:
      catalog.length > 0
        ? {
            ...catalog[0]!,
            name: catalog
              .reverse()
              .map((part) => part.name)
              .join('.'),
          }
        : null,
    alias: alias ? identifier(find(alias, 'name')!) : null,
    column_aliases: columnsOf(alias),
  };
}

export function factorTree(factor: Raw): Tree {
  const alias = (raw: Raw): Raw | undefined => find(raw, 'alias');
  const named = (inner: Tree, raw: Raw): Tree => {
    const name = alias(raw);
    return name
      ? tree('alias', {
          this: inner,
          alias: identifier(find(name, 'name')!),
          column_aliases: columnsOf(name),
        })
      : inner;
  };
  const table = find(factor, 'Table');
  if (table) {
    const args = find(table, 'args');
    if (!args) return tree('table', tableOf(many(table, 'name'), alias(table)));
    const call = tree('function', {
      name: many(table, 'name')
        .map((part) => identifier(find(part, 'Identifier') ?? part).name)
        .join('.'),
      args: many(args, 'args').map(expressionTree),
    });
    const isUnnest =
      'function' in call && call.function.name.toLowerCase() === 'unnest' && call.function.args.length > 0;
    return named(
      isUnnest
        ? tree('unnest', {
            this: call.function.args[0],
            expressions: call.function.args.slice(1),
            with_ordinality: text(table, 'with_ordinality') === 'true',
            alias: null,
          })
        : call,
      table,
    );
  }
  const derived = find(factor, 'Derived');
  if (derived) {
    const name = alias(derived);
    const inner = queryTree(find(derived, 'subquery')!);
    if ('values' in inner)
      return tree('values', {
        ...inner.values,
        alias: name ? identifier(find(name, 'name')!) : null,
        column_aliases: columnsOf(name),
      });
    return tree('subquery', {
      this: inner,
      alias: name ? identifier(find(name, 'name')!) : null,
      column_aliases: columnsOf(name),
      lateral: text(derived, 'lateral') === 'true',
    });
  }
  const unnest = find(factor, 'UNNEST');
  if (unnest) {
    const [value, ...others] = many(unnest, 'array_exprs').map(expressionTree);
    const offset = find(unnest, 'with_offset_alias');
    return named(
      tree('unnest', {
        this: value,
        expressions: others,
        alias: null,
        offset_alias: offset ? identifier(offset) : null,
        with_ordinality: text(unnest, 'with_offset') === 'true' || text(unnest, 'with_ordinality') === 'true',
      }),
      unnest,
    );
  }
  const nested = find(factor, 'NestedJoin');
  if (nested) {
    const inner = find(nested, 'table_with_joins')!;
    const name = alias(nested);
    return tree('joined_table', {
      left: factorTree(find(inner, 'relation')!),
      joins: many(inner, 'joins').map(joinOf),
      lateral_views: [],
      alias: name ? identifier(find(name, 'name')!) : null,
    });
  }
  const call = find(factor, 'Function') ?? find(factor, 'TableFunction');
  if (call) {
    const inner = find(call, 'expr');
    const path = many(call, 'name')
      .map((part) => identifier(find(part, 'Identifier') ?? part).name)
      .join('.');
    return named(
      inner
        ? expressionTree(inner)
        : tree('function', { name: path, args: many(call, 'args').map(expressionTree) }),
      call,
    );
  }
  const [kind] = Object.keys(factor);
  const inner = kind && find(factor, kind);
  const base = inner && find(inner, 'table');
  // PIVOT and the like: what they read is kept.
  return tree('unknown_source', { this: base ? factorTree(base) : tree('null', {}), kind });
}
