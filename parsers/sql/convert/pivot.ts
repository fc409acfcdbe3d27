import type { Dialect } from '../../../schema/contracts/dialect.ts';
import type { ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import { convertSource, declare } from './from.ts';
import { convertItem } from './select.ts';
import { at, type Env } from './env.ts';
import type { Data, Tree } from '../readers/tree.ts';

export function convertPivot(data: Data<'pivot'>, env: Env): Relation {
  const input = convertSource(data.this, env);
  const aggregates = data.expressions.concat(data.using).map((each) => convertItem(each, env));
  const choices = data.fields.flatMap((field) => ('in' in field ? [field.in] : []));
  const on = data.fields.map((field) =>
    'in' in field ? convertExpression(field.in.this, env) : convertExpression(field, env),
  );
  // Several FOR columns multiply, and ANY or a subquery depends on the data: then the names are not known.
  const labels = choices.length === 1 && data.fields.length === 1 ? choices[0]!.expressions.map(label) : [];
  const known = labels.length > 0 && labels.every((each) => each !== undefined);
  const outputs = known
    ? labels.flatMap((each) =>
        aggregates.map((item) => outputName(each, item, aggregates.length, env.dialect)),
      )
    : [];
  const pivot: Relation = { op: 'pivot', input, aggregates, on, outputs, ...at(env, data.expressions) };
  return aliased(pivot, data.alias?.name, data.alias_columns, env);
}

interface Label {
  readonly text: string;
  readonly aliased: boolean;
}

function label(tree: Tree): Label | undefined {
  if ('pivot_alias' in tree) {
    const alias = tree.pivot_alias.alias;
    const text =
      'column' in alias
        ? alias.column.name.name
        : 'identifier' in alias
          ? alias.identifier.name
          : label(alias)?.text;
    return text === undefined ? undefined : { text, aliased: true };
  }
  if ('alias' in tree) return { text: tree.alias.alias.name, aliased: true };
  if ('literal' in tree) return { text: String(tree.literal.value), aliased: false };
  if ('column' in tree) return { text: tree.column.name.name, aliased: false };
  return undefined;
}

function outputName(value: Label, item: ProjectItem, aggregates: number, dialect: Dialect): string {
  const text = dialect === 'snowflake' && !value.aliased ? `'${value.text}'` : value.text;
  if (item.name === undefined && aggregates === 1) return text;
  const suffix = item.name ?? (item.value.ex === 'call' ? item.value.name : '');
  return dialect === 'bigquery' ? `${suffix}_${text}` : `${text}_${suffix}`;
}

export function convertUnpivot(data: Data<'unpivot'>, env: Env): Relation {
  const input = convertSource(data.this, env);
  const columns = data.columns.map((each) =>
    convertExpression('pivot_alias' in each ? each.pivot_alias.this : each, env),
  );
  const unpivot: Relation = {
    op: 'unpivot',
    input,
    name: data.name_column.name,
    values: [data.value_column, ...(data.extra_value_columns ?? [])].map((each) => each.name),
    columns,
    ...(data.include_nulls ? { includeNulls: true } : {}),
    ...at(env, data.value_column),
  };
  return aliased(unpivot, data.alias?.name, data.alias_columns, env);
}

function aliased(
  input: Relation,
  name: string | undefined,
  columns: readonly { readonly name: string }[] | undefined,
  env: Env,
): Relation {
  if (name === undefined) return input;
  declare(env, name);
  const names = (columns ?? []).map((each) => each.name);
  return { op: 'alias', input, name, ...(names.length > 0 ? { columns: names } : {}) };
}
