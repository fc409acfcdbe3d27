import { isSurelySql } from '../embedded-sql.ts';
import { hole } from '../runtime-text.ts';
import { applyCall, functionValue } from './calls.ts';
import { binary, unary } from './operators.ts';
import { frameColumn, frameMember } from './frames/members.ts';
import { lineOf, type Run } from './run.ts';
import { allChildren, parts, stringText, unescape, type PyNode } from './tree.ts';
import { bindTarget } from './bind.ts';
import { lookUp, none, printed, unknown, type Scope, type Value } from './values.ts';

const maxItems = 200;

/** The value of an expression, as far as the text tells. */
export function evaluate(node: PyNode, scope: Scope, run: Run): Value {
  if (run.budget-- <= 0) return unknown();
  switch (node.name) {
    case 'VariableName': {
      const name = run.file.source(node);
      return lookUp(scope, name) ?? unknown(name);
    }
    case 'String':
      return literal(run.file.source(node), node, run);
    case 'FormatString':
      return noted({ is: 'text', text: formatted(node, scope, run), line: lineOf(run, node) }, node, run);
    case 'ContinuedString':
      return {
        is: 'text',
        text: allChildren(node)
          .map((part) => printed(evaluate(part, scope, run)))
          .join(''),
        line: lineOf(run, node),
      };
    case 'Number':
      return { is: 'number', text: run.file.source(node).replace(/_/g, '') };
    case 'Boolean':
      return { is: 'boolean', value: run.file.source(node) === 'True' };
    case 'None':
      return none;
    case 'ParenthesizedExpression':
    case 'AwaitExpression': {
      const inner = allChildren(node).find((child) => !/^[()]$|^Comment$|^await$/.test(child.name));
      return inner === undefined ? unknown() : evaluate(inner, scope, run);
    }
    case 'ArrayExpression':
    case 'TupleExpression':
    case 'SetExpression':
      return listOf(node, scope, run);
    case 'DictionaryExpression':
      return dictOf(node, scope, run);
    case 'MemberExpression':
      return memberOf(node, scope, run);
    case 'CallExpression':
      return applyCall(node, scope, run);
    case 'BinaryExpression':
      return binary(node, scope, run);
    case 'UnaryExpression':
      return unary(node, scope, run);
    case 'ConditionalExpression': {
      const [then, test, otherwise] = parts(node);
      if (test !== undefined) evaluate(test, scope, run);
      const values = [then, otherwise].flatMap((part) =>
        part === undefined ? [] : [evaluate(part, scope, run)],
      );
      return values.find((value) => value.is !== 'unknown' && value.is !== 'none') ?? values[0] ?? unknown();
    }
    case 'NamedExpression': {
      const [target, value] = parts(node).filter((part) => part.name !== 'AssignOp');
      if (target === undefined || value === undefined) return unknown();
      const result = evaluate(value, scope, run);
      bindTarget(target, result, scope, run);
      return result;
    }
    case 'LambdaExpression':
      return functionValue('lambda', node, [], scope, run);
    case 'ArrayComprehensionExpression':
    case 'ComprehensionExpression':
    case 'SetComprehensionExpression':
      return comprehension(node, scope, run);
    default:
      for (const child of parts(node)) if (/Expression$/.test(child.name)) evaluate(child, scope, run);
      return unknown();
  }
}

/** Literals that are SQL are kept, so that none is lost when nobody in this file takes it. */
function noted(value: Extract<Value, { is: 'text' }>, node: PyNode, run: Run): Value {
  if (run.callLine === undefined && value.text.length > 20 && isSurelySql(value.text))
    run.literals.push({ value, node });
  return value;
}

function literal(source: string, node: PyNode, run: Run): Value {
  if (/^[a-zA-Z]*b/i.test(source.slice(0, 2)) && /^(b|rb|br)['"]/i.test(source)) return unknown();
  return noted({ is: 'text', text: stringText(source), line: lineOf(run, node) }, node, run);
}

/** An f-string's text: pieces between the replacements are source text with escapes. */
function formatted(node: PyNode, scope: Scope, run: Run): string {
  const source = run.file.source(node);
  const opening = /^([a-zA-Z]*)("""|'''|"|')/.exec(source);
  const raw = /r/i.test(opening?.[1] ?? '');
  const piece = (from: number, to: number): string => {
    const text = run.file.text.slice(from, to).replace(/\{\{/g, '{').replace(/\}\}/g, '}');
    return raw ? text : unescape(text);
  };
  let at = node.from + (opening?.[0].length ?? 0);
  let out = '';
  for (const replacement of node.getChildren('FormatReplacement')) {
    out += piece(at, replacement.from);
    const inner = allChildren(replacement).find((child) => !/^[{}]$|^Format|^Comment$/.test(child.name));
    const value = inner === undefined ? unknown() : evaluate(inner, scope, run);
    const plain = value.is === 'text' || value.is === 'number';
    out += plain
      ? printed(value)
      : inner === undefined
        ? hole('value')
        : holeOf(value, run.file.source(inner));
    at = replacement.to;
  }
  return out + piece(at, Math.max(at, node.to - (opening?.[2]?.length ?? 0)));
}

const holeOf = (value: Value, source: string): string =>
  value.is === 'boolean' || value.is === 'none' ? printed(value) : hole(source);

function listOf(node: PyNode, scope: Scope, run: Run): Value {
  const items: Value[] = [];
  let open = false;
  let star = false;
  for (const child of allChildren(node)) {
    if (child.name === '*') star = true;
    else if (!/^[[\](){},]$|^Comment$/.test(child.name)) {
      const value = evaluate(child, scope, run);
      if (!star) items.push(value);
      else if (value.is === 'list') {
        items.push(...value.items);
        open ||= value.open;
      } else open = true;
      star = false;
    }
  }
  return { is: 'list', items, open };
}

function dictOf(node: PyNode, scope: Scope, run: Run): Value {
  const entries = new Map<string, Value>();
  let open = false;
  let key: Value | undefined;
  let state: 'key' | 'value' | 'spread' = 'key';
  for (const child of allChildren(node)) {
    if (child.name === ':') state = 'value';
    else if (child.name === '**') state = 'spread';
    else if (!/^[{},]$|^Comment$/.test(child.name)) {
      const value = evaluate(child, scope, run);
      if (state === 'spread') {
        if (value.is === 'dict') for (const [name, entry] of value.entries) entries.set(name, entry);
        else open = true;
        state = 'key';
      } else if (state === 'value') {
        if (key?.is === 'text' || key?.is === 'number') entries.set(key.text, value);
        else open = true;
        state = 'key';
      } else key = value;
    }
  }
  return { is: 'dict', entries, open };
}

function memberOf(node: PyNode, scope: Scope, run: Run): Value {
  const [object, ...rest] = allChildren(node).filter((child) => child.name !== 'Comment');
  if (object === undefined) return unknown();
  const value = evaluate(object, scope, run);
  const property = rest.find((child) => child.name === 'PropertyName');
  if (property !== undefined) return attribute(value, run.file.source(property));
  const indexes = rest.filter((child) => !/^[[\],]$/.test(child.name));
  if (indexes.some((child) => child.name === ':')) return value.is === 'frame' ? value : unknown();
  const keys = indexes.map((child) => evaluate(child, scope, run));
  const [key] = keys;
  return key === undefined ? unknown() : item(value, key);
}

/** `value.name`. */
export function attribute(value: Value, name: string): Value {
  switch (value.is) {
    case 'name':
      return { is: 'name', path: `${value.path}.${name}` };
    case 'unknown':
      return unknown(...value.path.slice(-6), name);
    case 'object': {
      const own = value.fields.get(name);
      if (own !== undefined) return own;
      const method = value.class?.scope.names.get(name);
      if (method?.is === 'function') return { ...method, self: value };
      return method ?? unknown(value.type === '' ? 'self' : value.type, name);
    }
    case 'class': {
      const member = value.scope.names.get(name);
      return member ?? unknown(value.name, name);
    }
    case 'frame':
      return frameMember(value, name);
    default:
      return unknown(name);
  }
}

function item(value: Value, key: Value): Value {
  if (value.is === 'list' && key.is === 'number') {
    return value.items.at(Number(key.text)) ?? unknown();
  }
  if (value.is === 'dict' && (key.is === 'text' || key.is === 'number')) {
    return value.entries.get(key.text) ?? unknown(key.text);
  }
  if (value.is === 'frame') return frameColumn(value, key);
  if (value.is === 'object' && key.is === 'text') return value.fields.get(key.text) ?? unknown(key.text);
  if (key.is === 'text') return unknown(key.text);
  return value.is === 'unknown' ? unknown(...value.path) : unknown();
}

/** A list comprehension over literal lists; over anything else, one open list with the element for an unknown item. */
function comprehension(node: PyNode, outer: Scope, run: Run): Value {
  const children = allChildren(node).filter((child) => !/^[[\](){},]$|^Comment$|^async$/.test(child.name));
  const [element, ...clauses] = children;
  if (element === undefined) return unknown();
  const at = clauses.findIndex((child) => child.name === 'in');
  const targets = clauses.slice(0, at).filter((child) => child.name !== 'for');
  const source = clauses[at + 1];
  if (at < 0 || source === undefined) return unknown();
  const list = evaluate(source, outer, run);
  const known = list.is === 'list' && !list.open ? list.items.slice(0, maxItems) : undefined;
  const items = (known ?? [unknown(targets[0] === undefined ? 'item' : run.file.source(targets[0]))]).map(
    (value) => {
      const scope: Scope = { names: new Map(), outer };
      bindTargets(targets, value, scope, run);
      return evaluate(element, scope, run);
    },
  );
  return { is: 'list', items, open: known === undefined };
}

export function bindTargets(targets: readonly PyNode[], value: Value, scope: Scope, run: Run): void {
  const [only] = targets;
  if (targets.length === 1 && only !== undefined) return bindTarget(only, value, scope, run);
  targets.forEach((target, index) => {
    const part = value.is === 'list' ? value.items[index] : undefined;
    bindTarget(target, part ?? unknown(run.file.source(target)), scope, run);
  });
}
