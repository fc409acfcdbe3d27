/** Values written in the code: literals, parameters, arrays, structs, intervals. */
import { own } from '../../../schema/contracts/own.ts';
import type { Expression, LiteralExpression, StructExpression } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import type { Env } from './env.ts';
import { isQuery, onlyOf, type Data, type Handlers, type Tree } from '../readers/tree.ts';

export const literal = (type: LiteralExpression['type'], value: string | null): LiteralExpression => ({
  ex: 'literal',
  type,
  value,
});

/** The name in what text/templates.ts leaves of a template inside quotes (`'{{ ds }}'` → `'___ds___'`): a value that only the run knows. */
const unrenderedTemplate = (text: string): string | null =>
  /(?<!_)___+([A-Za-z0-9]+(?:__?[A-Za-z0-9]+)*)___/.exec(text)?.[1] ?? null;

const literalTypes: Readonly<Record<string, LiteralExpression['type']>> = {
  number: 'number',
  hex_number: 'number',
  date: 'date',
  timestamp: 'timestamp',
  datetime: 'timestamp',
  time: 'other',
  byte_string: 'other',
  hex_string: 'other',
  bit_string: 'other',
};

export const valueHandlers: Handlers<Env, Expression> = {
  literal: (data) => {
    const unrendered = unrenderedTemplate(String(Array.isArray(data.value) ? data.value[0] : data.value));
    if (unrendered !== null) return { ex: 'parameter', name: unrendered };
    const value = Array.isArray(data.value) ? data.value[0] : data.value;
    return literal(
      own(literalTypes, data.literal_type) ?? 'string',
      data.literal_type === 'escape_string' ? value.replace(/^e:/i, '') : value,
    );
  },
  boolean: (data) => literal('boolean', String(data.value)),
  null: () => literal('null', null),
  interval: convertInterval,
  var: (data) => literal('other', data.this.toUpperCase()),
  identifier: (data) => literal('other', data.name),
  data_type: () => literal('other', 'type'),
  heredoc: () => literal('string', ''),
  parameter: (data, env) => {
    if (env.dialect === 'snowflake' && data.index !== null) return { ex: 'column', name: `$${data.index}` };
    return {
      ex: 'parameter',
      name: data.name ?? (data.index === null ? '?' : String(data.index)),
    };
  },
  placeholder: (data) => ({ ex: 'parameter', name: data.index === null ? '?' : String(data.index) }),
  session_parameter: () => ({ ex: 'parameter', name: 'session' }),
  array: (data, env) => ({ ex: 'array', items: convertAll(data.expressions, env) }),
  array_func: (data, env) => {
    const only = onlyOf(data.expressions);
    if (only && isQuery(only))
      return convertExpression({ function: { name: 'array', args: [only] } } as unknown as Tree, env);
    // `list[0]` is a list only in DuckDB; elsewhere it is an element of a column of that name.
    if (data.use_list_keyword && env.dialect !== 'duckdb' && only)
      return { ex: 'field', value: { ex: 'column', name: 'list' }, index: convertExpression(only, env) };
    return { ex: 'array', items: convertAll(data.expressions, env) };
  },
  tuple: (data, env) => structOf(data.expressions, env),
  struct: (data, env) => ({
    ex: 'struct',
    fields: data.fields.map(([name, value]) => ({
      ...(name === null ? {} : { name }),
      value: convertExpression(value, env),
    })),
  }),
  struct_func: (data, env) => ({
    ex: 'struct',
    fields: data.fields.map(([name, value]) => ({
      ...(name === null ? {} : { name: name.name }),
      value: convertExpression(value, env),
    })),
  }),
  /** `name => value` inside a call: a struct of one field keeps the name with the value. */
  named_argument: (data, env) => ({
    ex: 'struct',
    fields: [{ name: data.name.name, value: convertExpression(data.value, env) }],
  }),
};

const convertAll = (trees: readonly Tree[], env: Env) => trees.map((each) => convertExpression(each, env));

/** `STRUCT(a, b AS c)`: a plain column gives its field its name. */
export function structOf(args: readonly Tree[], env: Env): StructExpression {
  return {
    ex: 'struct',
    fields: args.map((arg) => {
      if ('alias' in arg)
        return { name: arg.alias.alias.name, value: convertExpression(arg.alias.this, env) };
      const value = convertExpression(arg, env);
      return value.ex === 'column' ? { name: value.name, value } : { value };
    }),
  };
}

function convertInterval(data: Data<'interval'>, env: Env): Expression {
  const value = data.this ? convertExpression(data.this, env) : literal('other', '');
  const unit =
    data.unit && 'unit' in data.unit && typeof data.unit.unit === 'string'
      ? data.unit.unit.toUpperCase()
      : undefined;
  if (value.ex === 'literal')
    return literal('interval', unit === undefined ? value.value : `${value.value} ${unit}`);
  return {
    ex: 'call',
    name: 'interval',
    args: unit === undefined ? [value] : [value, literal('other', unit)],
  };
}
