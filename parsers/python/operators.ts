import { own } from '../../schema/contracts/own.ts';
import type { Expression } from '../../schema/contracts/relation.ts';
import { evaluate } from './evaluate.ts';
import { percentFormat } from './format.ts';
import { expressionOf } from './frames/expressions.ts';
import { orderTasks } from './airflow/order.ts';
import type { Run } from './run.ts';
import { allChildren, type PyNode } from './tree.ts';
import { printed, unknown, type Scope, type Value } from './values.ts';

const columnOperators: Readonly<Record<string, string>> = {
  '==': '=',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '+': '+',
  '-': '-',
  '*': '*',
  '/': '/',
  '%': '%',
  '&': 'AND',
  '|': 'OR',
};

/** Text, list, column and task operators; `and`, `or` give the side that is known. */
export function binary(node: PyNode, scope: Scope, run: Run): Value {
  const children = allChildren(node).filter((child) => child.name !== 'Comment');
  const [leftNode] = children;
  const rightNode = children[children.length - 1];
  if (leftNode === undefined || rightNode === undefined || children.length < 3) return unknown();
  const operator = run.file.text.slice(leftNode.to, rightNode.from).replace(/#[^\n]*|[\s\\]/g, '');
  const left = evaluate(leftNode, scope, run);
  const right = evaluate(rightNode, scope, run);
  if (operator === '>>' || operator === '<<') return orderTasks(left, right, operator, run);
  if (isColumn(left) || isColumn(right)) return columnBinary(operator, left, right);
  if (operator === '+') return sum(left, right);
  if (operator === '%' && left.is === 'text') return { ...left, text: percentFormat(left.text, right) };
  if (operator === '/' && left.is === 'text') return { is: 'text', text: `${left.text}/${printed(right)}` };
  if (operator === 'or') return left.is === 'unknown' || left.is === 'none' ? right : left;
  if (operator === 'and') return right;
  if (operator === '|' && left.is === 'dict' && right.is === 'dict') {
    return {
      is: 'dict',
      entries: new Map([...left.entries, ...right.entries]),
      open: left.open || right.open,
    };
  }
  if (operator === '*' && left.is === 'text' && right.is === 'number') {
    return { ...left, text: left.text.repeat(Math.max(0, Math.min(20, Number(right.text) || 0))) };
  }
  if (left.is === 'number' && right.is === 'number')
    return arithmetic(operator, Number(left.text), Number(right.text));
  return unknown();
}

const isColumn = (value: Value): boolean => value.is === 'column' || value.is === 'cases';

function columnBinary(operator: string, left: Value, right: Value): Value {
  const op = own(columnOperators, operator);
  const value: Expression =
    op === undefined
      ? { ex: 'opaque', parts: [expressionOf(left), expressionOf(right)] }
      : { ex: 'binary', op, left: expressionOf(left), right: expressionOf(right) };
  return { is: 'column', value };
}

function sum(left: Value, right: Value): Value {
  if (left.is === 'list' && right.is === 'list') {
    return { is: 'list', items: [...left.items, ...right.items], open: left.open || right.open };
  }
  if (left.is === 'list') return { ...left, open: true };
  if (left.is === 'text' || right.is === 'text') {
    const line = left.is === 'text' ? left.line : undefined;
    return { is: 'text', text: printed(left) + printed(right), ...(line === undefined ? {} : { line }) };
  }
  if (left.is === 'number' && right.is === 'number')
    return arithmetic('+', Number(left.text), Number(right.text));
  return unknown();
}

function arithmetic(operator: string, left: number, right: number): Value {
  const result = { '+': left + right, '-': left - right, '*': left * right, '/': left / right }[operator];
  return result === undefined ? unknown() : { is: 'number', text: String(result) };
}

export function unary(node: PyNode, scope: Scope, run: Run): Value {
  const operand = node.lastChild;
  if (operand === null) return unknown();
  const operator = run.file.text.slice(node.from, operand.from).trim();
  const value = evaluate(operand, scope, run);
  if (value.is === 'number' && operator === '-') return { is: 'number', text: `-${value.text}` };
  if (isColumn(value)) {
    const op = operator === '~' ? 'NOT' : operator === '-' ? '-' : operator.toUpperCase();
    return { is: 'column', value: { ex: 'unary', op, value: expressionOf(value) } };
  }
  return unknown();
}
