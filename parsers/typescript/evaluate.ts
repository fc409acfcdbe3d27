import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { hole } from '../runtime-text.ts';
import { bindPattern } from './bind.ts';
import { applyCall, construct } from './calls.ts';
import { lineOf, type Run } from './run.ts';
import { isSurelySql } from '../embedded-sql.ts';
import {
  assignName,
  lookUp,
  none,
  printed,
  text,
  unknown,
  type FunctionNode,
  type FunctionValue,
  type Scope,
  type Value,
} from './values.ts';

/** The value of an expression, as far as the text tells. */
export function evaluate(node: TSESTree.Node, scope: Scope, run: Run): Value {
  if (run.budget-- <= 0) return unknown();
  switch (node.type) {
    case 'Identifier':
      return node.name === 'undefined' ? none : (lookUp(scope, node.name) ?? unknown(node.name));
    case 'ThisExpression':
      return lookUp(scope, 'this') ?? unknown('this');
    case 'Literal':
      return literal(node, run);
    case 'TemplateLiteral':
      return noted({ is: 'text', text: template(node, scope, run), line: lineOf(run, node) }, node, run);
    case 'TaggedTemplateExpression':
      return tagged(node, scope, run);
    case 'ArrayExpression':
      return listOf(node.elements, scope, run);
    case 'ObjectExpression':
      return objectOf(node, scope, run);
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return functionOf(node.id?.name ?? '', node, scope, run);
    case 'MemberExpression':
      return memberOf(node, scope, run);
    case 'CallExpression':
      return applyCall(node, scope, run);
    case 'NewExpression':
      return construct(node, scope, run);
    case 'AwaitExpression':
    case 'SpreadElement':
    case 'YieldExpression':
    case 'UnaryExpression':
      return node.argument === null ? none : unaryOf(node, scope, run);
    case 'ChainExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
    case 'TSNonNullExpression':
    case 'TSTypeAssertion':
    case 'TSInstantiationExpression':
      return evaluate(node.expression, scope, run);
    case 'ConditionalExpression': {
      const test = evaluate(node.test, scope, run);
      if (test.is === 'boolean') return evaluate(test.value ? node.consequent : node.alternate, scope, run);
      const values = [evaluate(node.consequent, scope, run), evaluate(node.alternate, scope, run)];
      return values.find((value) => value.is !== 'unknown' && value.is !== 'none') ?? unknown();
    }
    case 'LogicalExpression': {
      const left = evaluate(node.left, scope, run);
      const right = evaluate(node.right, scope, run);
      if (node.operator === '&&') return left.is === 'boolean' && !left.value ? left : right;
      return left.is === 'unknown' || left.is === 'none' ? right : left;
    }
    case 'BinaryExpression':
      return binary(node, scope, run);
    case 'AssignmentExpression': {
      const value = evaluate(node.right, scope, run);
      if (node.operator === '+=' && node.left.type === 'Identifier') {
        const before = evaluate(node.left, scope, run);
        const added: Value =
          before.is === 'text' ? { ...before, text: before.text + printed(value) } : unknown(node.left.name);
        assignName(scope, node.left.name, added);
        return added;
      }
      bindPattern(node.left, value, scope, run, true);
      return value;
    }
    case 'SequenceExpression':
      return node.expressions.map((part) => evaluate(part, scope, run)).at(-1) ?? unknown();
    case 'ClassExpression':
    default:
      return unknown();
  }
}

/** A function that the file defines, to be run at the end if nobody calls it. */
export function functionOf(name: string, node: FunctionNode, scope: Scope, run: Run): FunctionValue {
  const value: FunctionValue = { is: 'function', name, node, scope, file: run.file };
  if (run.callLine === undefined && run.file === run.path) run.functions.push(value);
  return value;
}

function literal(node: TSESTree.Literal, run: Run): Value {
  if (typeof node.value === 'string') {
    return noted({ is: 'text', text: node.value, line: lineOf(run, node) }, node, run);
  }
  if (typeof node.value === 'number') return { is: 'number', value: node.value };
  if (typeof node.value === 'boolean') return { is: 'boolean', value: node.value };
  return node.value === null && !('regex' in node) ? none : unknown();
}

/** Literals that look like SQL are kept, so that none is lost when nobody in this file takes it. */
function noted(value: Extract<Value, { is: 'text' }>, node: TSESTree.Node, run: Run): Value {
  if (run.callLine === undefined && isSurelySql(value.text)) {
    run.literals.push({ text: value.text, line: lineOf(run, node), node });
  }
  return value;
}

function template(node: TSESTree.TemplateLiteral, scope: Scope, run: Run): string {
  let out = '';
  node.quasis.forEach((quasi, index) => {
    out += quasi.value.cooked ?? quasi.value.raw;
    const expression = node.expressions[index];
    if (expression !== undefined) out += interpolated(expression, scope, run);
  });
  return out;
}

function interpolated(expression: TSESTree.Node, scope: Scope, run: Run): string {
  const value = evaluate(expression, scope, run);
  return value.is === 'none' ? hole('value') : printed(value);
}

function tagged(node: TSESTree.TaggedTemplateExpression, scope: Scope, run: Run): Value {
  const value: Extract<Value, { is: 'text' }> = {
    is: 'text',
    text: template(node.quasi, scope, run),
    line: lineOf(run, node.quasi),
  };
  const tag = dotted(node.tag) ?? '';
  if (tag === 'String.raw') return value;
  const callee = evaluate(node.tag, scope, run);
  if (callee.is === 'host') {
    const result = callee.host.call?.([value], { node, at: node.quasi }, run);
    if (result !== undefined) return result;
  }
  for (const library of run.tags) {
    const result = library(tag, value, { node, at: node.quasi }, run);
    if (result !== undefined) return result;
  }
  return value;
}

/** `a.b.c` of plain members; undefined for anything else. */
export function dotted(node: TSESTree.Node): string | undefined {
  if (node.type === 'Identifier') return node.name;
  if (node.type === 'ThisExpression') return 'this';
  if (node.type === 'TSNonNullExpression' || node.type === 'ChainExpression') return dotted(node.expression);
  if (node.type === 'TSInstantiationExpression') return dotted(node.expression);
  if (node.type === 'CallExpression') return dotted(node.callee);
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier')
    return undefined;
  const object = dotted(node.object);
  return object === undefined ? node.property.name : `${object}.${node.property.name}`;
}

export function listOf(
  elements: readonly (TSESTree.Node | null)[],
  scope: Scope,
  run: Run,
): Extract<Value, { is: 'list' }> {
  const items: Value[] = [];
  let open = false;
  for (const element of elements) {
    if (element === null) items.push(none);
    else if (element.type === 'SpreadElement') {
      const value = evaluate(element.argument, scope, run);
      if (value.is === 'list') {
        items.push(...value.items);
        open ||= value.open;
      } else open = true;
    } else items.push(evaluate(element, scope, run));
  }
  return { is: 'list', items, open };
}

function objectOf(node: TSESTree.ObjectExpression, scope: Scope, run: Run): Value {
  const entries = new Map<string, Value>();
  let open = false;
  for (const property of node.properties) {
    if (property.type === 'SpreadElement') {
      const value = evaluate(property.argument, scope, run);
      if (value.is === 'object') for (const [key, part] of value.entries) entries.set(key, part);
      else open = true;
      continue;
    }
    const key = propertyKey(property.key, property.computed, scope, run);
    if (key === undefined) open = true;
    else entries.set(key, evaluate(property.value, scope, run));
  }
  return { is: 'object', entries, open };
}

export function propertyKey(
  key: TSESTree.Node,
  computed: boolean,
  scope: Scope,
  run: Run,
): string | undefined {
  if (!computed && key.type === 'Identifier') return key.name;
  const value = evaluate(key, scope, run);
  return value.is === 'text' ? value.text : value.is === 'number' ? String(value.value) : undefined;
}

function memberOf(node: TSESTree.MemberExpression, scope: Scope, run: Run): Value {
  const object = evaluate(node.object, scope, run);
  const key = propertyKey(node.property, node.computed, scope, run);
  return key === undefined ? unknown() : property(object, key, run);
}

/** `value.name` or `value["name"]`. */
export function property(value: Value, name: string, run: Run): Value {
  switch (value.is) {
    case 'object':
      return value.entries.get(name) ?? unknown(name);
    case 'list':
      if (name === 'length')
        return value.open ? unknown('length') : { is: 'number', value: value.items.length };
      return /^\d+$/.test(name) ? (value.items[Number(name)] ?? unknown()) : unknown(name);
    case 'host':
      return value.host.get?.(name, run) ?? unknown(value.host.type, name);
    case 'unknown':
      return unknown(...value.path.slice(-6), name);
    default:
      return unknown(name);
  }
}

function unaryOf(
  node:
    TSESTree.AwaitExpression | TSESTree.SpreadElement | TSESTree.YieldExpression | TSESTree.UnaryExpression,
  scope: Scope,
  run: Run,
): Value {
  if (node.argument == null) return none;
  const value = evaluate(node.argument, scope, run);
  if (node.type !== 'UnaryExpression') return value;
  if (node.operator === '-' && value.is === 'number') return { is: 'number', value: -value.value };
  if (node.operator === '!' && value.is === 'boolean') return { is: 'boolean', value: !value.value };
  return unknown();
}

function binary(node: TSESTree.BinaryExpression, scope: Scope, run: Run): Value {
  const left = evaluate(node.left, scope, run);
  const right = evaluate(node.right, scope, run);
  if (node.operator === '+') {
    if (left.is === 'number' && right.is === 'number')
      return { is: 'number', value: left.value + right.value };
    if (left.is === 'text' || right.is === 'text') {
      const joined = text(printed(left) + printed(right));
      return left.is === 'text' && left.line !== undefined ? { ...left, text: printed(joined) } : joined;
    }
  }
  if (
    /^[!=]==?$/.test(node.operator) &&
    left.is === right.is &&
    (left.is === 'text' || left.is === 'number' || left.is === 'boolean')
  ) {
    return { is: 'boolean', value: (printed(left) === printed(right)) === node.operator.startsWith('=') };
  }
  if (left.is === 'number' && right.is === 'number') {
    const result = {
      '-': left.value - right.value,
      '*': left.value * right.value,
      '/': left.value / right.value,
    }[node.operator as '-'];
    if (result !== undefined) return { is: 'number', value: result };
  }
  return unknown();
}
