import { applyCall, functionValue } from './calls.ts';
import { bindTarget } from './bind.ts';
import { bindTargets, evaluate } from './evaluate.ts';
import { mergeBranches } from './branches.ts';
import { enterBlock } from './airflow/dag.ts';
import { importNames } from './imports.ts';
import type { Run } from './run.ts';
import { allChildren, callSyntax, parts, type PyNode } from './tree.ts';
import { unknown, type FunctionValue, type Scope, type Value } from './values.ts';

const maxIterations = 100;

/** Runs the statements of a body or script in order, both ways of each branch. Gives what `return` gives: of several, the last that is known. */
export function run(body: PyNode, scope: Scope, state: Run): Value | undefined {
  let result: Value | undefined;
  for (const statement of allChildren(body)) {
    if (state.budget <= 0) break;
    const value = statementValue(statement, scope, state);
    if (value !== undefined && (result === undefined || (value.is !== 'none' && value.is !== 'unknown')))
      result = value;
  }
  return result;
}

function statementValue(node: PyNode, scope: Scope, state: Run): Value | undefined {
  switch (node.name) {
    case 'AssignStatement':
      assign(node, scope, state);
      return undefined;
    case 'UpdateStatement':
      update(node, scope, state);
      return undefined;
    case 'ExpressionStatement':
      // A text that stands alone is documentation.
      for (const child of parts(node)) if (!/String$/.test(child.name)) evaluate(child, scope, state);
      return undefined;
    case 'ReturnStatement': {
      const values = parts(node).map((child) => evaluate(child, scope, state));
      return values.length > 1 ? { is: 'list', items: values, open: false } : (values[0] ?? { is: 'none' });
    }
    case 'YieldStatement':
    case 'RaiseStatement':
    case 'AssertStatement':
    case 'DeleteStatement':
      for (const child of parts(node)) evaluate(child, scope, state);
      return undefined;
    case 'ImportStatement':
      importNames(node, scope, state);
      return undefined;
    case 'FunctionDefinition':
    case 'ClassDefinition':
      define(node, [], scope, state);
      return undefined;
    case 'DecoratedStatement':
      return decorated(node, scope, state);
    case 'IfStatement':
    case 'MatchStatement':
      return branches(node, scope, state);
    case 'ForStatement':
      return loop(node, scope, state);
    case 'WithStatement':
      return withBlock(node, scope, state);
    case 'WhileStatement':
    case 'TryStatement':
    case 'MatchBody':
    case 'MatchClause':
      return bodies(node, scope, state);
    default:
      return undefined;
  }
}

/** Runs the bodies inside a statement one after another; conditions between them are evaluated for their effects. */
function bodies(node: PyNode, scope: Scope, state: Run): Value | undefined {
  let result: Value | undefined;
  for (const child of allChildren(node)) {
    if (/^(Body|MatchBody|MatchClause)$/.test(child.name)) result = run(child, scope, state) ?? result;
    else if (/Expression$/.test(child.name)) evaluate(child, scope, state);
  }
  return result;
}

function branches(node: PyNode, scope: Scope, state: Run): Value | undefined {
  let result: Value | undefined;
  const ends: Map<string, Value>[] = [];
  let hasElse = false;
  for (const child of allChildren(node)) {
    if (child.name === 'else') hasElse = true;
    if (child.name === 'Body') {
      const inner: Scope = { names: new Map(scope.names), outer: scope.outer };
      result = run(child, inner, state) ?? result;
      ends.push(inner.names);
    } else if (/Expression$/.test(child.name)) evaluate(child, scope, state);
  }
  mergeBranches(scope.names, ends, hasElse);
  return result;
}

function assign(node: PyNode, scope: Scope, state: Run): void {
  const groups: PyNode[][] = [[]];
  for (const child of allChildren(node)) {
    if (child.name === 'AssignOp') groups.push([]);
    else if (!/^(TypeDef|Comment|,)$/.test(child.name)) groups[groups.length - 1]?.push(child);
  }
  const values = groups.pop() ?? [];
  if (groups.length === 0 || values.length === 0) return;
  const evaluated = values.map((child) => evaluate(child, scope, state));
  const [only] = evaluated;
  const value: Value =
    evaluated.length > 1 || only === undefined ? { is: 'list', items: evaluated, open: false } : only;
  for (const targets of groups) bindTargets(targets, value, scope, state);
}

function update(node: PyNode, scope: Scope, state: Run): void {
  const [target, value] = [node.firstChild, node.lastChild];
  if (!target || !value) return;
  const before = evaluate(target, scope, state);
  const added = evaluate(value, scope, state);
  if (before.is === 'text') {
    const text = before.text + (added.is === 'text' ? added.text : '');
    bindTarget(target, { ...before, text }, scope, state);
  } else if (before.is === 'list' && added.is === 'list') before.items.push(...added.items);
  else bindTarget(target, unknown(state.file.source(target)), scope, state);
}

function define(node: PyNode, decorators: FunctionValue['decorators'], scope: Scope, state: Run): void {
  const nameNode = node.getChild('VariableName');
  const name = nameNode === null ? '' : state.file.source(nameNode);
  if (node.name === 'FunctionDefinition') {
    scope.names.set(name, functionValue(name, node, decorators, scope, state));
    return;
  }
  const inner: Scope = { names: new Map(), outer: scope };
  const body = node.getChild('Body');
  if (body !== null) run(body, inner, state);
  const bases = node.getChild('ArgList');
  for (const base of bases === null ? [] : parts(bases)) {
    const value = evaluate(base, scope, state);
    if (value.is !== 'class') continue;
    for (const [key, member] of value.scope.names) if (!inner.names.has(key)) inner.names.set(key, member);
  }
  // Methods do not see the class's names, only those around it: a method's scope is the module's.
  scope.names.set(name, { is: 'class', name, scope: inner });
}

function decorated(node: PyNode, scope: Scope, state: Run): undefined {
  const decorators = node.getChildren('Decorator').map((decorator) => {
    const head = callSyntax(state.file, decorator)?.callee;
    const callee = head === undefined ? undefined : evaluate(head, scope, state);
    const own = state.file
      .source(decorator)
      .replace(/^@\s*/, '')
      .replace(/\([^]*$/, '')
      .trim();
    const [first = '', ...rest] = own.split('.');
    const start = scopeName(first, scope);
    const path = callee?.is === 'name' && rest.length === 0 ? callee.path : [start, ...rest].join('.');
    return { path, node: decorator };
  });
  const definition = allChildren(node).find((child) => /Definition$/.test(child.name));
  if (definition !== undefined) define(definition, decorators, scope, state);
  return undefined;
}

function scopeName(name: string, scope: Scope): string {
  const value = scope.names.get(name) ?? scope.outer?.names.get(name);
  return value?.is === 'name' ? value.path : name;
}

/** Over a literal list, once for each item; over anything else, once with the item unknown. */
function loop(node: PyNode, scope: Scope, state: Run): Value | undefined {
  const children = allChildren(node).filter((child) => child.name !== ',' && child.name !== 'Comment');
  const at = children.findIndex((child) => child.name === 'in');
  const targets = children.slice(0, at).filter((child) => child.name !== 'for' && child.name !== 'async');
  const source = children[at + 1];
  if (at < 0 || source === undefined) return undefined;
  const list = evaluate(source, scope, state);
  const items = itemsOf(list);
  const once = items === undefined || items.length > maxIterations;
  let result: Value | undefined;
  for (const item of once ? [undefined] : items) {
    if (item !== undefined) bindTargets(targets, item, scope, state);
    else for (const target of targets) bindTarget(target, unknown(state.file.source(target)), scope, state);
    for (const body of node.getChildren('Body')) result = run(body, scope, state) ?? result;
  }
  return result;
}

function itemsOf(value: Value): readonly Value[] | undefined {
  if (value.is === 'list' && !value.open) return value.items;
  if (value.is === 'dict' && !value.open)
    return [...value.entries.keys()].map((text) => ({ is: 'text', text }));
  return undefined;
}

function withBlock(node: PyNode, scope: Scope, state: Run): Value | undefined {
  const leave: (() => void)[] = [];
  let value: Value | undefined;
  let naming = false;
  for (const child of allChildren(node)) {
    if (child.name === 'as') naming = true;
    else if (child.name === 'Body') break;
    else if (/Expression$|^VariableName$/.test(child.name)) {
      if (naming) bindTarget(child, value ?? unknown(state.file.source(child)), scope, state);
      else {
        value =
          child.name === 'CallExpression' ? applyCall(child, scope, state) : evaluate(child, scope, state);
        leave.push(enterBlock(value, state));
      }
      naming = false;
    }
  }
  const body = node.getChild('Body');
  const result = body === null ? undefined : run(body, scope, state);
  for (const each of leave.reverse()) each();
  return result;
}
