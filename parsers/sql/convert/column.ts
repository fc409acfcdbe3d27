/** Columns, stars and the ways into nested values. */
import type { Expression, StarExpression } from '../../../schema/contracts/relation.ts';
import { convertExpression } from './expression.ts';
import { literal } from './value.ts';
import { at, type Env } from './env.ts';
import { nameParts } from '../text/names.ts';
import { present, type Data, type Handlers } from '../readers/tree.ts';

export const columnHandlers: Handlers<Env, Expression> = {
  column: convertColumn,
  pseudocolumn: (data) => ({
    ex: 'column',
    name: ((data as { kind?: string }).kind ?? 'pseudocolumn').toLowerCase(),
  }),
  star: convertStar,
  dot: (data, env) => {
    const value = convertExpression(data.this, env);
    return data.field.name === '*' && !data.field.quoted
      ? { ex: 'star', of: value }
      : fieldOf(value, data.field.name);
  },
  subscript: (data, env) => ({
    ex: 'field',
    value: convertExpression(data.this, env),
    ...stepOf(convertExpression(data.index, env)),
  }),
  array_slice: (data, env) => ({
    ex: 'call',
    name: 'slice',
    args: present(data.this, data.start, data.end).map((each) => convertExpression(each, env)),
  }),
  struct_extract: (data, env) =>
    fieldOf(convertExpression(data.this, env), (data as { field: { name: string } }).field.name),
  j_s_o_n_extract: convertJsonPath,
  json_extract: (data, env) => jsonArrow(data, 'json_extract', env),
  json_extract_scalar: (data, env) => jsonArrow(data, 'json_extract_scalar', env),
};

function convertColumn(data: Data<'column'>, env: Env): Expression {
  const name = data.name.name;
  if (data.table?.name.startsWith('@'))
    return { ex: 'field', value: { ex: 'parameter', name: data.table.name.replace(/^@+/, '') }, field: name };
  if (data.table === null) {
    if (/^\{(?!\{)/.test(name)) return { ex: 'parameter', name: `{${name}}` };
    if (name.startsWith('@')) return { ex: 'parameter', name: name.replace(/^@+/, '') };
    const lower = name.toLowerCase();
    if (env.lambda.has(lower)) return { ex: 'opaque', parts: [], text: name };
    if (env.variables.has(lower)) return { ex: 'parameter', name };
  }
  const path = nameParts([data.name], env.dialect);
  const last = path.pop()!;
  const qualifier = data.table ? [...nameParts([data.table], env.dialect), ...path] : path;
  return { ex: 'column', ...(qualifier.length > 0 ? { qualifier } : {}), name: last, ...at(env, data) };
}

/** A step on a plain path stays a path: which part of it is a table is not decided here. */
export function fieldOf(value: Expression, field: string): Expression {
  if (value.ex === 'column')
    return { ...value, qualifier: [...(value.qualifier ?? []), value.name], name: field };
  return { ex: 'field', value, field };
}

function stepOf(index: Expression): { field?: string; index?: Expression } {
  return index.ex === 'literal' && index.type === 'string' && index.value !== null
    ? { field: index.value }
    : { index };
}

function convertStar(data: Data<'star'>, env: Env): StarExpression {
  const names = (list: readonly { readonly name: string }[]) => list.map((each) => each.name);
  return {
    ex: 'star',
    ...(data.table ? { qualifier: nameParts([data.table], env.dialect) } : {}),
    ...(data.except?.length ? { except: names(data.except) } : {}),
    ...(data.replace?.length
      ? {
          replace: data.replace.map((each) => ({
            name: each.alias.name,
            value: convertExpression(each.this, env),
          })),
        }
      : {}),
    ...(data.rename?.length
      ? { rename: data.rename.map(([from, to]) => ({ from: from.name, to: to.name })) }
      : {}),
  };
}

/** `value:a.b[0]`: one step each. */
function convertJsonPath(data: Data<'j_s_o_n_extract'>, env: Env): Expression {
  const value = convertExpression(data.this, env);
  const path = data.expression;
  if (!('literal' in path)) return { ex: 'field', value, index: convertExpression(path, env) };
  const text = String(path.literal.value);
  let result = value;
  for (const [, quoted, name, index] of text.matchAll(/"([^"]*)"|([^.[\]"']+)(?![^[]*\])|\[([^\]]*)\]/g)) {
    if (index === undefined) result = { ex: 'field', value: result, field: quoted ?? name! };
    else if (/^\d+$/.test(index)) result = { ex: 'field', value: result, index: literal('number', index) };
    else result = { ex: 'field', value: result, field: index.replace(/^['"]|['"]$/g, '') };
  }
  return result;
}

function jsonArrow(data: Data<'json_extract'>, name: string, env: Env): Expression {
  const value = convertExpression(data.this, env);
  const path = convertExpression(data.path, env);
  return data.arrow_syntax
    ? { ex: 'field', value, ...stepOf(path) }
    : { ex: 'call', name, args: [value, path] };
}
