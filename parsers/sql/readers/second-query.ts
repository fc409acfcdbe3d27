/** Queries of the second reader, in the first reader's shape. */
import { expressionTree, overOf } from './second-expression.ts';
import { find, first, identifier, many, rows, text, tree, type Raw } from './second-raw.ts';
import { columnsOf, factorTree, joinBase, joinOf } from './second-source.ts';
import type { Tree } from './tree.ts';

export function queryTree(query: Raw): Tree {
  const body = bodyTree(find(query, 'body')!);
  const clause = find(query, 'with');
  const ctes = many(clause, 'cte_tables').map((cte) => ({
    alias: identifier(find(find(cte, 'alias'), 'name')!),
    this: queryTree(find(cte, 'query')!),
    columns: columnsOf(find(cte, 'alias')),
  }));
  const order = many(find(find(query, 'order_by'), 'kind'), 'Expressions').map(ordered);
  const limit = find(find(find(query, 'limit_clause'), 'LimitOffset'), 'limit');
  const around = {
    ...(clause ? { with: { ctes, recursive: text(clause, 'recursive') === 'true' } } : {}),
    ...(order.length > 0 ? { order_by: { expressions: order } } : {}),
  };
  const kind = Object.keys(body)[0]!;
  const data = (body as unknown as Record<string, object>)[kind]!;
  const end = limit && expressionTree(limit);
  return tree(kind, {
    ...data,
    ...around,
    ...(end ? { limit: kind === 'select' ? { this: end } : end } : {}),
  });
}

export const ordered = (key: Raw): object => ({
  this: expressionTree(find(key, 'expr')!),
  desc: text(find(key, 'options'), 'asc') === 'false',
});

function bodyTree(body: Raw): Tree {
  const select = find(body, 'Select');
  if (select) return selectTree(select);
  const query = find(body, 'Query');
  if (query)
    return tree('subquery', { this: queryTree(query), alias: null, column_aliases: [], lateral: false });
  const set = find(body, 'SetOperation');
  if (set) {
    const quantifier = text(set, 'set_quantifier');
    return tree(text(set, 'op')!.toLowerCase().replace('minus', 'except'), {
      left: bodyTree(find(set, 'left')!),
      right: bodyTree(find(set, 'right')!),
      all: quantifier?.startsWith('All') ?? false,
      by_name: quantifier?.endsWith('ByName') ?? false,
      with: null,
    });
  }
  const values = find(body, 'Values');
  if (!values) throw new TypeError('unknown query body');
  return valuesTree(values, null);
}

const valuesTree = (values: Raw, alias: Raw | null): Tree =>
  tree('values', {
    expressions: many(values, 'rows').map((row) => ({ expressions: rows(row).map(expressionTree) })),
    alias: alias && identifier(find(alias, 'name')!),
    column_aliases: alias ? columnsOf(alias) : [],
  });
function selectTree(select: Raw): Tree {
  const from = many(select, 'from');
  const [head, ...others] = from;
  const where = find(select, 'selection');
  const having = find(select, 'having');
  const qualify = find(select, 'qualify');
  const distinct = find(select, 'distinct');
  const on = distinct ? many(distinct, 'On') : [];
  return tree('select', {
    expressions: many(select, 'projection').map(itemTree),
    from: head ? { expressions: [factorTree(find(head, 'relation')!)] } : null,
    joins: [
      ...(head ? many(head, 'joins').map(joinOf) : []),
      ...others.flatMap((each) => [
        { ...joinBase, this: factorTree(find(each, 'relation')!), kind: 'Implicit' },
        ...many(each, 'joins').map(joinOf),
      ]),
    ],
    lateral_views: many(select, 'lateral_views').map((view) => ({
      this: expressionTree(find(view, 'lateral_view')!),
      table_alias: first(find(view, 'lateral_view_name'), identifier),
      column_aliases: many(view, 'lateral_col_alias').map(identifier),
      outer: text(view, 'outer') === 'true',
    })),
    where_clause: where ? { this: expressionTree(where) } : null,
    group_by: groupBy(find(select, 'group_by')),
    having: having ? { this: expressionTree(having) } : null,
    qualify: qualify ? { this: expressionTree(qualify) } : null,
    distinct: text(select, 'distinct') === 'Distinct' || on.length > 0,
    distinct_on: on.length > 0 ? on.map(expressionTree) : null,
    order_by: null,
    limit: null,
    fetch: null,
    top: null,
    with: null,
    kind: { AsStruct: 'STRUCT', AsValue: 'VALUE' }[text(select, 'value_table_mode') ?? ''] ?? null,
    connect: null,
    windows: many(select, 'named_window').map(namedWindow),
  });
}

/** `WINDOW w AS (…)`: a pair of name and definition. */
function namedWindow(pair: Raw): object {
  const [name, definition] = pair as unknown as [Raw, Raw];
  return { name: identifier(name), spec: overOf(definition) };
}

function groupBy(clause: Raw | undefined): object | null {
  if (clause && (find(clause, 'All') || text({ clause }, 'clause') === 'All'))
    return { expressions: [], all: true };
  const [keys] = clause ? rows(find(clause, 'Expressions') ?? ([] as unknown as Raw)) : [];
  const expressions = Array.isArray(keys) ? (keys as Raw[]).map(expressionTree) : [];
  return expressions.length > 0 ? { expressions, all: null } : null;
}

function itemTree(item: Raw): Tree {
  const aliased = find(item, 'ExprWithAlias');
  if (aliased)
    return tree('alias', {
      this: expressionTree(find(aliased, 'expr')!),
      alias: identifier(find(aliased, 'alias')!),
      column_aliases: [],
    });
  const plain = find(item, 'UnnamedExpr');
  if (plain) return expressionTree(plain);
  const qualified = rows(find(item, 'QualifiedWildcard') ?? ([] as unknown as Raw));
  const options = qualified[1] ?? find(item, 'Wildcard');
  const path = many(qualified[0], 'ObjectName').map((part) => identifier(find(part, 'Identifier') ?? part));
  const except = find(options, 'opt_except');
  const exclude = find(options, 'opt_exclude');
  const excluded = [
    ...rest(except, 'first_element', 'additional_elements'),
    ...many(exclude, 'Multiple'),
    ...many(exclude, 'Single'),
  ];
  const replaced = many(find(options, 'opt_replace'), 'items');
  return tree('star', {
    table: path.length > 0 ? { ...path[0]!, name: path.map((part) => part.name).join('.') } : null,
    except: excluded.map((name) => identifier(find(name, 'Identifier') ?? name)),
    replace: replaced.map((each) => ({
      this: expressionTree(find(each, 'expr')!),
      alias: identifier(find(each, 'column_name')!),
    })),
    rename: null,
  });
}

const rest = (raw: Raw | undefined, head: string, tail: string): Raw[] =>
  raw ? [...(find(raw, head) ? [find(raw, head)!] : []), ...many(raw, tail)] : [];
