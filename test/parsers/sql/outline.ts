/** Statements as short text, one line an operator, so that expected results can be read and reviewed. */
import type { SqlStatement } from '../../../parsers/sql/index.ts';
import { expressionText } from '../../../schema/contracts/expression-text.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import { childrenOf, expressionsOf, subqueriesOf } from '../../../schema/contracts/relation-walk.ts';
import type { Expression, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';

const name = (ref: NameRef): string => ref.parts.join('|') + (ref.confidence ? ` (${ref.confidence})` : '');
const items = (list: readonly ProjectItem[]): string =>
  list
    .map((item) => {
      const text = expressionText(item.value);
      return item.name === undefined || text === item.name ? text : `${text} AS ${item.name}`;
    })
    .join(', ');
const list = (expressions: readonly Expression[]): string => expressions.map(expressionText).join(', ');

function head(relation: Relation): string {
  switch (relation.op) {
    case 'scan':
      return `${name(relation.table)}${relation.partial ? ` ${relation.partial}` : ''}`;
    case 'cte':
      return relation.name;
    case 'values':
      return `(${relation.columns.join(', ')}) ${relation.rows.map(list).join(' / ')}`;
    case 'project':
      return items(relation.items);
    case 'filter':
      return `${relation.clause} ${expressionText(relation.predicate)}`;
    case 'join': {
      const using = Array.isArray(relation.using)
        ? `using ${relation.using.join(', ')}`
        : (relation.using ?? '');
      const on = relation.on ? `on ${expressionText(relation.on)}` : '';
      return [relation.kind, relation.lateral ? 'lateral' : '', on, using]
        .filter((part) => part !== '')
        .join(' ');
    }
    case 'aggregate': {
      const sets = relation.sets ? ` sets ${JSON.stringify(relation.sets)}` : '';
      return `by (${list(relation.keys)})${sets}: ${items(relation.items)}`;
    }
    case 'distinct':
      return relation.on ? `on ${list(relation.on)}` : '';
    case 'set':
      return `${relation.kind}${relation.all ? ' all' : ''}${relation.byName ? ' by name' : ''}`;
    case 'unnest': {
      const extra = [
        relation.ordinality ? `ordinality ${relation.ordinality}` : '',
        relation.outer ? 'outer' : '',
      ];
      return [`${expressionText(relation.value)} as (${relation.columns.join(', ')})`, ...extra]
        .join(' ')
        .trim();
    }
    case 'table_function':
      return `${relation.name.join('|')}(${list(relation.args)}) as (${relation.columns.join(', ')})`;
    case 'pivot':
      return `${items(relation.aggregates)} for ${list(relation.on)} as (${relation.outputs.join(', ')})`;
    case 'unpivot':
      return `${relation.values.join(', ')} for ${relation.name} in (${list(relation.columns)})`;
    case 'sort':
      return relation.by.map((key) => expressionText(key.value) + (key.descending ? ' desc' : '')).join(', ');
    case 'limit':
      return String(relation.count ?? '?');
    case 'alias':
      return relation.name + (relation.columns ? `(${relation.columns.join(', ')})` : '');
    case 'with':
      return relation.ctes.map((cte) => cte.name + (cte.recursive ? ' recursive' : '')).join(', ');
    case 'opaque':
      return `${relation.reason}: ${relation.reads.map(name).join(', ')}`;
  }
}

/** Each line: depth as leading spaces, operator, its content, `@` and its source line. */
export function outlineOf(relation: Relation, depth = 0): string[] {
  const line = relation.line === undefined ? '' : ` @${relation.line}`;
  const own = `${' '.repeat(depth)}${relation.op} ${head(relation)}`.trimEnd() + line;
  const inner = expressionsOf(relation).flatMap((each) =>
    subqueriesOf(each).flatMap((query) => [`${' '.repeat(depth + 1)}(`, ...outlineOf(query, depth + 2)]),
  );
  return [own, ...inner, ...childrenOf(relation).flatMap((child) => outlineOf(child, depth + 1))];
}

const present = (record: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );

export function outline(statement: SqlStatement): Record<string, unknown> {
  const { build } = statement;
  const relation = build?.relation ?? statement.relation;
  return present({
    is: `${statement.kind} ${statement.status} ${statement.lines.join('-')}`,
    build: build && `${build.write} ${build.kind} ${name(build.target)}`,
    columns: build?.columns,
    uniqueKey: build?.uniqueKey,
    mergeOn: build?.mergeOn && expressionText(build.mergeOn),
    partitionBy: build?.partitionBy,
    clusterBy: build?.clusterBy,
    reads: statement.reads.map((read) => name(read) + (read.line === undefined ? '' : ` @${read.line}`)),
    relation: relation && outlineOf(relation),
    removes: statement.removes && `${statement.removes.what} of ${name(statement.removes.table)}`,
    declarations: statement.declarations.map(({ table, lines: _lines, ...rest }) => ({
      table: name(table),
      ...rest,
    })),
    diagnostics: statement.diagnostics.map((each) => `${each.code} ${each.line ?? ''}`.trim()),
  });
}
