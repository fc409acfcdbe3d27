import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { bindPattern } from './bind.ts';
import { evaluate, functionOf, propertyKey } from './evaluate.ts';
import { newScope, type Run } from './run.ts';
import { isSettled } from './settled.ts';
import { none, unknown, type Scope, type Value } from './values.ts';

const maxIterations = 100;

/** Runs statements in order, both ways of each branch. Gives what `return` gives: of several, the last that is known. */
export function runBlock(body: readonly TSESTree.Node[], scope: Scope, run: Run): Value | undefined {
  for (const node of body) hoist(node, scope, run);
  let result: Value | undefined;
  for (const node of body) {
    if (run.budget <= 0) break;
    const value = statement(node, scope, run);
    if (value !== undefined && (result === undefined || (value.is !== 'none' && value.is !== 'unknown')))
      result = value;
  }
  return result;
}

/** Function declarations are known before the code that stands above them runs. */
function hoist(node: TSESTree.Node, scope: Scope, run: Run): void {
  if (
    (node.type === 'ExportNamedDeclaration' || node.type === 'ExportDefaultDeclaration') &&
    node.declaration
  ) {
    return hoist(node.declaration, scope, run);
  }
  if (node.type === 'FunctionDeclaration' && node.id) {
    scope.names.set(node.id.name, functionOf(node.id.name, node, scope, run));
  }
}

function statement(node: TSESTree.Node, scope: Scope, run: Run): Value | undefined {
  switch (node.type) {
    case 'VariableDeclaration':
      for (const declaration of node.declarations) {
        const value = declaration.init === null ? none : evaluate(declaration.init, scope, run);
        bindPattern(declaration.id, named(value, declaration.id), scope, run);
      }
      return undefined;
    case 'ExpressionStatement':
      evaluate(node.expression, scope, run);
      return undefined;
    case 'ReturnStatement':
      return node.argument === null ? none : evaluate(node.argument, scope, run);
    case 'BlockStatement':
      return runBlock(node.body, newScope(scope), run);
    case 'IfStatement': {
      const test = evaluate(node.test, scope, run);
      if (test.is === 'boolean' && isSettled(node.test, scope)) {
        const taken = test.value ? node.consequent : node.alternate;
        return taken === null ? undefined : statement(taken, scope, run);
      }
      const then = statement(node.consequent, scope, run);
      return (node.alternate === null ? undefined : statement(node.alternate, scope, run)) ?? then;
    }
    case 'ForOfStatement':
    case 'ForInStatement':
      return loop(node, scope, run);
    case 'ForStatement': {
      const inner = newScope(scope);
      if (node.init !== null) statement(node.init, inner, run);
      // The counter's first value is not the value of every turn.
      if (node.init?.type === 'VariableDeclaration') {
        for (const { id } of node.init.declarations)
          if (id.type === 'Identifier') inner.names.set(id.name, unknown(id.name));
      }
      return statement(node.body, inner, run);
    }
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'LabeledStatement':
      return statement(node.body, scope, run);
    case 'TryStatement': {
      const tried = statement(node.block, scope, run);
      if (node.handler !== null) statement(node.handler.body, newScope(scope), run);
      if (node.finalizer !== null) statement(node.finalizer, scope, run);
      return tried;
    }
    case 'SwitchStatement': {
      evaluate(node.discriminant, scope, run);
      const results = node.cases.map((each) => runBlock(each.consequent, newScope(scope), run));
      return results.find((value) => value !== undefined);
    }
    case 'ImportDeclaration':
      importNames(node, scope, run);
      return undefined;
    case 'ExportNamedDeclaration':
      if (node.declaration) {
        statement(node.declaration, scope, run);
        for (const name of declaredNames(node.declaration))
          run.exports.set(name, scope.names.get(name) ?? unknown(name));
      }
      for (const specifier of node.specifiers) {
        if (specifier.local.type === 'Identifier' && specifier.exported.type === 'Identifier') {
          run.exports.set(
            specifier.exported.name,
            scope.names.get(specifier.local.name) ?? unknown(specifier.local.name),
          );
        }
      }
      return undefined;
    case 'ExportDefaultDeclaration':
      run.exports.set('default', exportedDefault(node, scope, run));
      return undefined;
    case 'ClassDeclaration':
      runClass(node, scope, run);
      return undefined;
    default:
      return undefined;
  }
}

function exportedDefault(node: TSESTree.ExportDefaultDeclaration, scope: Scope, run: Run): Value {
  const { declaration } = node;
  if (declaration.type === 'ClassDeclaration') {
    runClass(declaration, scope, run);
    return unknown(declaration.id?.name ?? 'default');
  }
  if (declaration.type === 'FunctionDeclaration') {
    return functionOf(declaration.id?.name ?? 'default', declaration, scope, run);
  }
  return evaluate(declaration, scope, run);
}

function named(value: Value, id: TSESTree.Node): Value {
  return value.is === 'function' && value.name === '' && id.type === 'Identifier'
    ? { ...value, name: id.name }
    : value;
}

function declaredNames(node: TSESTree.Node): string[] {
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => (id.type === 'Identifier' ? [id.name] : []));
  }
  return 'id' in node && node.id?.type === 'Identifier' ? [node.id.name] : [];
}

function loop(
  node: TSESTree.ForOfStatement | TSESTree.ForInStatement,
  scope: Scope,
  run: Run,
): Value | undefined {
  const list = evaluate(node.right, scope, run);
  const target = node.left.type === 'VariableDeclaration' ? node.left.declarations[0]?.id : node.left;
  const known =
    list.is === 'list' && !list.open && list.items.length <= maxIterations && node.type === 'ForOfStatement';
  let result: Value | undefined;
  for (const item of known ? list.items : [unknown(target?.type === 'Identifier' ? target.name : 'item')]) {
    const inner = newScope(scope);
    if (target) bindPattern(target, item, inner, run);
    result = statement(node.body, inner, run) ?? result;
  }
  return result;
}

function importNames(node: TSESTree.ImportDeclaration, scope: Scope, run: Run): void {
  const exported = run.importModule(node.source.value);
  for (const specifier of node.specifiers) {
    const local = specifier.local.name;
    const imported =
      specifier.type === 'ImportSpecifier'
        ? specifier.imported.type === 'Identifier'
          ? specifier.imported.name
          : specifier.imported.value
        : specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*';
    const value: Value | undefined =
      imported === '*' && exported !== undefined
        ? { is: 'object', entries: new Map(exported), open: true }
        : exported?.get(imported);
    scope.names.set(local, withoutLine(value) ?? unknown(local));
  }
}

/** A text of another file has no line in this one. */
function withoutLine(value: Value | undefined): Value | undefined {
  return value?.is === 'text' ? { is: 'text', text: value.text } : value;
}

/** A class's fields are read, and each of its methods is run once with parameters that are not known. */
function runClass(node: TSESTree.ClassDeclaration, scope: Scope, run: Run): void {
  const self: Value = { is: 'object', entries: new Map(), open: true };
  const inner = newScope(scope);
  inner.names.set('this', self);
  const statics: Value = { is: 'object', entries: new Map(), open: true };
  if (node.id) scope.names.set(node.id.name, statics);
  for (const member of node.body.body) {
    if (member.type !== 'PropertyDefinition' || member.value === null) continue;
    const key = propertyKey(member.key, member.computed, inner, run);
    if (key === undefined) continue;
    const value = evaluate(member.value, inner, run);
    self.entries.set(key, value);
    if (member.static) statics.entries.set(key, value);
  }
  for (const member of node.body.body) {
    if (member.type !== 'MethodDefinition') continue;
    const key = propertyKey(member.key, member.computed, inner, run);
    if (key === undefined || member.value.type !== 'FunctionExpression') continue;
    const method = functionOf(key, member.value, inner, run);
    if (member.static) statics.entries.set(key, method);
    else self.entries.set(key, method);
  }
}
