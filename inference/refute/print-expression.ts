/**
 * Expressions in SQLite's words. What the prover reasons about keeps its meaning (NULLs, CASE, comparisons, windows, hashes, casts);
 * every other function becomes an arbitrary one, since a proof must hold whatever it does (functions.ts).
 */
import type {
  CallExpression,
  Expression,
  Relation,
  SortKey,
  WindowExpression,
} from '../../schema/contracts/relation.ts';
import { hashes, wrappers } from '../derive/injective.ts';
import { alwaysThere, strictFunctions } from '../derive/nulls.ts';
import { typeClass } from '../derive/types.ts';
import { text, type Scope } from './scope.ts';
import { Unsupported } from './unsupported.ts';

/** Prints a query that stands inside an expression. */
export type PrintQuery = (relation: Relation, scope: Scope) => string;

const sameInSqlite = /^(AND|OR|=|<>|!=|<|<=|>|>=|\|\||IS|IS NOT|\*|%)$/;
const aggregates = /^(count|sum|avg|min|max)$/;
const windows =
  /^(count|sum|avg|min|max|row_number|rank|dense_rank|percent_rank|cume_dist|ntile|lag|lead|first_value|last_value)$/;
const unique = /^(generate_uuid|uuid_string|gen_random_uuid|uuid|newid|random_uuid)$/;

export class ExpressionPrinter {
  readonly #query: PrintQuery;

  constructor(query: PrintQuery) {
    this.#query = query;
  }

  /** Throws `Unsupported`. */
  print(value: Expression, scope: Scope): string {
    const of = (part: Expression): string => this.print(part, scope);
    switch (value.ex) {
      case 'column': {
        const { text: column, fields } = scope.column(value);
        return fields.reduce((inner, field) => `f_field(${inner}, ${text(field)})`, column);
      }
      case 'literal':
        return literal(value.type, value.value);
      case 'parameter':
        return `f_parameter(${text(value.name)})`;
      case 'call':
        return this.#call(value, scope, '');
      case 'window':
        return this.#window(value, scope);
      case 'cast':
        return `f_cast(${text(castTo(value.type))}, ${value.safe === true ? 1 : 0}, ${of(value.value)})`;
      case 'case': {
        const branches = value.branches.map(({ when, then }) => `when ${of(when)} then ${of(then)}`);
        const operand = value.operand ? `${of(value.operand)} ` : '';
        return `(case ${operand}${branches.join(' ')} else ${value.otherwise ? of(value.otherwise) : 'null'} end)`;
      }
      case 'binary':
        return binary(value.op, of(value.left), of(value.right));
      case 'unary':
        return unary(value.op, of(value.value));
      case 'in':
        return `(${of(value.value)} in (${value.list.map(of).join(', ')}))`;
      case 'between':
        return `(${of(value.value)} between ${of(value.low)} and ${of(value.high)})`;
      case 'subquery':
        return this.#subquery(value, scope);
      case 'field':
        return value.field === undefined
          ? `f_any('index', ${of(value.value)}, ${value.index ? of(value.index) : 'null'})`
          : `f_field(${of(value.value)}, ${text(value.field)})`;
      case 'struct':
        return `f_struct(${value.fields.flatMap((field, i) => [text(field.name ?? String(i)), of(field.value)]).join(', ')})`;
      case 'array':
        return `f_list(${value.items.map(of).join(', ')})`;
      case 'opaque':
        return `f_any(${[text(`opaque ${value.text ?? ''}`), ...value.parts.map(of)].join(', ')})`;
      case 'star':
        throw new Unsupported('a star inside an expression');
    }
  }

  orderBy(keys: readonly SortKey[], scope: Scope): string {
    return keys.map((key) => `${this.print(key.value, scope)}${key.descending ? ' desc' : ''}`).join(', ');
  }

  #subquery(value: Extract<Expression, { ex: 'subquery' }>, scope: Scope): string {
    const query = this.#query(value.relation, scope);
    if (value.kind === 'exists') return `exists (${query})`;
    if (value.kind === 'scalar') return `(${query})`;
    if (value.kind === 'in' && value.value) return `(${this.print(value.value, scope)} in (${query}))`;
    throw new Unsupported(`a subquery of kind ${value.kind}`);
  }

  #window(value: WindowExpression, scope: Scope): string {
    const { partitionBy, orderBy, frame } = value;
    const parts = [
      partitionBy.length > 0
        ? `partition by ${partitionBy.map((part) => this.print(part, scope)).join(', ')}`
        : '',
      orderBy.length > 0 ? `order by ${this.orderBy(orderBy, scope)}` : '',
      frame !== undefined && orderBy.length > 0 && /^rows\b/i.test(frame) ? frame : '',
    ];
    return this.#call(value.call, scope, ` over (${parts.filter(Boolean).join(' ')})`);
  }

  /** `over`: the window, empty where there is none. */
  #call(call: CallExpression, scope: Scope, over: string): string {
    const { name } = call;
    const args = call.args.filter((arg) => arg.ex !== 'star').map((arg) => this.print(arg, scope));
    const [first = '1'] = args;
    const filter = call.filter ? ` filter (where ${this.print(call.filter, scope)})` : '';
    if (call.aggregate === true || over !== '') {
      if (call.args.some((arg) => arg.ex === 'star') || (name === 'count' && args.length === 0))
        return `count(*)${filter}${over}`;
      if (over === '' ? aggregates.test(name) : windows.test(name)) {
        const distinct = call.distinct === true && over === '' ? 'distinct ' : '';
        const given = /^(row_number|rank|dense_rank|percent_rank|cume_dist)$/.test(name) ? [] : args;
        return `${name}(${distinct}${distinct === '' ? given.join(', ') : first})${aggregates.test(name) ? filter : ''}${over}`;
      }
      if (/^count_?if$/.test(name)) return `count(*) filter (where ${first})${over}`;
      if (name === 'any_value') return `min(${first})${filter}${over}`;
      const known = [`count(${first})`, `min(${first})`, `max(${first})`].map((part) => part + filter + over);
      return `f_any(${[text(name), ...known].join(', ')})`;
    }
    return scalar(name, args);
  }
}

function scalar(name: string, args: readonly string[]): string {
  const [first = 'null', second = 'null', third = 'null'] = args;
  const list = args.join(', ');
  if (/^(coalesce|ifnull|nvl)$/.test(name)) return args.length > 1 ? `coalesce(${list})` : first;
  if (name === 'nullif') return `nullif(${first}, ${second})`;
  if (/^(iff?)$/.test(name)) return `(case when ${first} then ${second} else ${third} end)`;
  if (name === 'nvl2') return `(case when ${first} is not null then ${second} else ${third} end)`;
  if (name === 'concat') return `(${args.map((arg) => `cast(${arg} as text)`).join(' || ')})`;
  if (name === 'concat_ws') return `f_concat_ws(${list})`;
  if (unique.test(name)) return 'f_unique()';
  if (hashes.has(name) || (wrappers.has(name) && args.length < 2))
    return `f_same(${[text(name), ...args].join(', ')})`;
  if (/^(lower|upper|lcase|ucase)$/.test(name)) return `f_case(${text(name)}, ${first})`;
  if (/^(date_?add|date_?sub|timestamp_?add|timestamp_?sub|datetime_?add|datetime_?sub)$/.test(name))
    return `f_shift(${list})`;
  const called = [text(name), ...args].join(', ');
  if (alwaysThere.has(name)) return `f_there(${called})`;
  return strictFunctions.has(name) ? `f_strict(${called})` : `f_any(${called})`;
}

function binary(op: string, left: string, right: string): string {
  if (op === 'IS DISTINCT FROM') return `(${left} is not ${right})`;
  if (op === 'IS NOT DISTINCT FROM') return `(${left} is ${right})`;
  if (op === '||') return `(cast(${left} as text) || cast(${right} as text))`;
  if (op === '+' || op === '-') return `f_plus('${op}', ${left}, ${right})`;
  if (sameInSqlite.test(op)) return `(${left} ${op.toLowerCase()} ${right})`;
  if (op === '/') return `f_any('/', ${left}, ${right})`;
  return `f_flag(${text(op)}, ${left}, ${right})`;
}

function unary(op: string, value: string): string {
  if (op === 'IS TRUE') return `(${value} is true)`;
  if (op === 'IS FALSE') return `(${value} is false)`;
  if (/^IS (NOT )?(NULL|TRUE|FALSE)$/.test(op)) return `(${value} ${op.toLowerCase()})`;
  if (op === 'NOT') return `(not ${value})`;
  if (op === '-') return `f_minus(${value})`;
  return op === '+' ? value : `f_any(${text(op)}, ${value})`;
}

function literal(type: string, value: string | null): string {
  if (type === 'null' || value === null) return 'null';
  if (type === 'boolean') return /^t/i.test(value) ? '1' : '0';
  if (type === 'number' && /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(value)) return value;
  return text(value);
}

/** A class of types; `char` where the text is cut to few letters, the empty text where nothing is known. */
const castTo = (type: string): string => (/char\(\s*\d\s*\)/.test(type) ? 'char' : (typeClass(type) ?? ''));
