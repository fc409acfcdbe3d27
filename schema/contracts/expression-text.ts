/** Expressions as compact, readable SQL: for claims, evidence and phrases. Not tied to a dialect, and not meant to be run. */
import { own } from './own.ts';
import type { Expression, SortKey } from './relation.ts';

/** Binding strength: an operand that binds more weakly than its operator stands in parentheses. */
const strength: Readonly<Record<string, number>> = {
  OR: 1,
  AND: 2,
  NOT: 3,
  '||': 5,
  '+': 6,
  '-': 6,
  '*': 7,
  '/': 7,
  '%': 7,
};
const comparison = 4;
const unarySign = 8;
const atom = 9;

/** Subqueries are shown as `(…)`: their text would hide what matters. */
export function expressionText(expression: Expression): string {
  return print(expression).text;
}

interface Printed {
  readonly text: string;
  readonly binds: number;
}

const whole = (text: string): Printed => ({ text, binds: atom });
const listed = (items: readonly Expression[]): string => items.map(expressionText).join(', ');

/** `strict`: an operand that binds as strongly as the operator is put in parentheses too. */
function operand(expression: Expression, binds: number, strict = false): string {
  const printed = print(expression);
  return printed.binds < binds || (strict && printed.binds === binds) ? `(${printed.text})` : printed.text;
}

function print(expression: Expression): Printed {
  switch (expression.ex) {
    case 'column':
      return whole([...(expression.qualifier ?? []), expression.name].map(identifier).join('.'));
    case 'literal':
      return whole(literalText(expression.type, expression.value));
    case 'parameter':
      return whole(/^[\w.]+$/.test(expression.name) ? `@${expression.name}` : expression.name);
    case 'call':
      return whole(callText(expression));
    case 'window': {
      const by = expression.partitionBy.length > 0 ? `PARTITION BY ${listed(expression.partitionBy)}` : '';
      const order = expression.orderBy.length > 0 ? `ORDER BY ${sortText(expression.orderBy)}` : '';
      const over = [by, order, expression.frame ?? ''].filter((part) => part !== '').join(' ');
      return whole(`${callText(expression.call)} OVER (${over})`);
    }
    case 'cast': {
      const name = expression.safe ? 'SAFE_CAST' : 'CAST';
      return whole(`${name}(${expressionText(expression.value)} AS ${expression.type.toUpperCase()})`);
    }
    case 'case':
      return whole(caseText(expression));
    case 'binary': {
      const binds = own(strength, expression.op) ?? comparison;
      const strict = binds >= comparison && !['+', '*', '||'].includes(expression.op);
      const left = operand(expression.left, binds, binds === comparison);
      return { text: `${left} ${expression.op} ${operand(expression.right, binds, strict)}`, binds };
    }
    case 'unary':
      return unaryText(expression.op, expression.value);
    case 'in':
      return {
        text: `${operand(expression.value, comparison, true)} IN (${listed(expression.list)})`,
        binds: comparison,
      };
    case 'between': {
      const parts = [expression.value, expression.low, expression.high].map((each) =>
        operand(each, comparison, true),
      );
      return { text: `${parts[0]} BETWEEN ${parts[1]} AND ${parts[2]}`, binds: comparison };
    }
    case 'subquery': {
      const value = expression.value ? `${operand(expression.value, comparison, true)} ` : '';
      const head = { exists: 'EXISTS ', in: 'IN ', array: 'ARRAY', scalar: '', compare: '= ANY ' }[
        expression.kind
      ];
      return { text: `${value}${head}(…)`, binds: value ? comparison : atom };
    }
    case 'star': {
      const of = expression.of ? `${operand(expression.of, atom)}.` : '';
      const path = expression.qualifier ? `${expression.qualifier.map(identifier).join('.')}.` : '';
      return whole(`${of}${path}*${starChanges(expression)}`);
    }
    case 'field': {
      const base = operand(expression.value, atom);
      if (expression.index) return whole(`${base}[${expressionText(expression.index)}]`);
      return whole(`${base}.${identifier(expression.field ?? '?')}`);
    }
    case 'struct':
      return whole(
        `STRUCT(${expression.fields.map(({ name, value }) => expressionText(value) + (name === undefined ? '' : ` AS ${identifier(name)}`)).join(', ')})`,
      );
    case 'array':
      return whole(`[${listed(expression.items)}]`);
    case 'opaque':
      return whole(
        expression.parts.length > 0
          ? `${expression.text ?? '?'}(${listed(expression.parts)})`
          : (expression.text ?? '?'),
      );
  }
}

/** `NOT` around an operator that has a negated spelling takes that spelling. */
function unaryText(op: string, value: Expression): Printed {
  if (op === 'NOT') {
    const inner = print(value);
    const spelled = negatedText(value, inner.text);
    return spelled === undefined
      ? { text: `NOT ${operand(value, strength['NOT']!)}`, binds: strength['NOT']! }
      : { text: spelled, binds: comparison };
  }
  if (op.startsWith('IS')) return { text: `${operand(value, comparison, true)} ${op}`, binds: comparison };
  return { text: `${op}${operand(value, unarySign, true)}`, binds: unarySign };
}

function negatedText(value: Expression, text: string): string | undefined {
  if (value.ex === 'in' || (value.ex === 'subquery' && value.kind === 'in'))
    return insert(value.value!, text, 'IN');
  if (value.ex === 'between') return insert(value.value, text, 'BETWEEN');
  if (value.ex === 'binary' && /^(?:I|R)?LIKE$/.test(value.op)) return insert(value.left, text, value.op);
  return undefined;
}

function insert(left: Expression, text: string, op: string): string {
  const head = operand(left, comparison, true).length + 1;
  return `${text.slice(0, head)}NOT ${op}${text.slice(head + op.length)}`;
}

function callText(call: Extract<Expression, { ex: 'call' }>): string {
  const order = call.orderBy ? ` ORDER BY ${sortText(call.orderBy)}` : '';
  const filter = call.filter ? ` FILTER (WHERE ${expressionText(call.filter)})` : '';
  return `${call.name.toUpperCase()}(${call.distinct ? 'DISTINCT ' : ''}${listed(call.args)}${order})${filter}`;
}

function caseText(expression: Extract<Expression, { ex: 'case' }>): string {
  const value = expression.operand ? ` ${expressionText(expression.operand)}` : '';
  const branches = expression.branches.map(
    ({ when, then }) => ` WHEN ${expressionText(when)} THEN ${expressionText(then)}`,
  );
  const otherwise = expression.otherwise ? ` ELSE ${expressionText(expression.otherwise)}` : '';
  return `CASE${value}${branches.join('')}${otherwise} END`;
}

function starChanges(star: Extract<Expression, { ex: 'star' }>): string {
  const change = (word: string, parts: readonly string[] | undefined) =>
    parts && parts.length > 0 ? ` ${word} (${parts.join(', ')})` : '';
  return [
    change('EXCEPT', star.except?.map(identifier)),
    change(
      'REPLACE',
      star.replace?.map(({ name, value }) => `${expressionText(value)} AS ${identifier(name)}`),
    ),
    change(
      'RENAME',
      star.rename?.map(({ from, to }) => `${identifier(from)} AS ${identifier(to)}`),
    ),
  ].join('');
}

const sortText = (keys: readonly SortKey[]): string =>
  keys.map((key) => expressionText(key.value) + (key.descending ? ' DESC' : '')).join(', ');

const identifier = (name: string): string =>
  /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

function literalText(type: string, value: string | null): string {
  if (value === null || type === 'null') return 'NULL';
  if (type === 'number' || type === 'other') return value;
  if (type === 'boolean') return value.toUpperCase();
  const quoted = `'${value.replaceAll("'", "''")}'`;
  return type === 'string' ? quoted : `${type.toUpperCase()} ${quoted}`;
}
