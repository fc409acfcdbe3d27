import type { TSESTree } from '@typescript-eslint/typescript-estree';
import { bindPattern } from './bind.ts';
import { builtIn } from './built-in.ts';
import { dotted, evaluate, listOf, property, propertyKey } from './evaluate.ts';
import { lineOf, newScope, type Call, type Run } from './run.ts';
import { settledBy } from './settled.ts';
import { runBlock } from './statements.ts';
import { unknown, type CallSite, type FunctionValue, type Scope, type Value } from './values.ts';

const maxDepth = 6;
/** A function in a loop over a list of names is run for each; a helper that everything calls need not be. */
const maxRuns = 120;

export function applyCall(node: TSESTree.CallExpression, scope: Scope, run: Run): Value {
  const callee = node.callee.type === 'ChainExpression' ? node.callee.expression : node.callee;
  if (callee.type === 'Identifier' && callee.name === 'require') return required(node, scope, run);
  if (callee.type === 'MemberExpression') {
    const receiver = evaluate(callee.object, scope, run);
    const name = propertyKey(callee.property, callee.computed, scope, run) ?? '';
    const args = listOf(node.arguments, scope, run).items;
    const site: CallSite = { node, at: callee.property };
    if (receiver.is === 'host') {
      const result = receiver.host.method?.(name, args, site, run);
      if (result !== undefined) return result;
    }
    const member = property(receiver, name, run);
    if (member.is === 'function') return callFunction(member, args, node, run);
    if (member.is === 'host') {
      const result = member.host.call?.(args, site, run);
      if (result !== undefined) return result;
    }
    const path = dotted(callee) ?? name;
    const call: Call = { ...site, path, method: name, receiver, args };
    return builtIn(call, run) ?? fromLibraries(call, run);
  }
  const value = evaluate(callee, scope, run);
  const args = listOf(node.arguments, scope, run).items;
  const site: CallSite = { node, at: callee };
  if (value.is === 'function') return callFunction(value, args, node, run);
  if (value.is === 'host') {
    const result = value.host.call?.(args, site, run);
    if (result !== undefined) return result;
  }
  const path = dotted(callee) ?? '';
  const call: Call = {
    ...site,
    path,
    method: path.slice(path.lastIndexOf('.') + 1),
    receiver: undefined,
    args,
  };
  return builtIn(call, run) ?? fromLibraries(call, run);
}

export function construct(node: TSESTree.NewExpression, scope: Scope, run: Run): Value {
  const args = listOf(node.arguments, scope, run).items;
  const path = dotted(node.callee) ?? '';
  return fromLibraries(
    { node, at: node.callee, path: `new ${path}`, method: `new ${path}`, receiver: undefined, args },
    run,
  );
}

function fromLibraries(call: Call, run: Run): Value {
  for (const library of run.libraries) {
    const value = library(call, run);
    if (value !== undefined) return value;
  }
  // What was passed as a function is run: callbacks of transactions, retries, maps over what is not known.
  for (const arg of call.args) if (arg.is === 'function') callFunction(arg, [], call.node, run);
  return unknown(...call.path.replace('new ', '').split('.').slice(-3));
}

function required(node: TSESTree.CallExpression, scope: Scope, run: Run): Value {
  const [argument] = node.arguments;
  const specifier = argument === undefined ? undefined : evaluate(argument, scope, run);
  const exported = specifier?.is === 'text' ? run.importModule(specifier.text) : undefined;
  if (exported === undefined)
    return unknown(specifier?.is === 'text' ? specifier.text.replace(/\W+/g, '_') : 'require');
  return exported.get('default') ?? { is: 'object', entries: new Map(exported), open: true };
}

/** Runs a function's body with these arguments; those that are not given are not known. */
export function callFunction(
  value: FunctionValue,
  args: readonly Value[],
  node: TSESTree.Node,
  run: Run,
  alone = false,
): Value {
  run.called.add(`${value.file}:${value.node.range[0]}`);
  const times = run.runs.get(value.node) ?? 0;
  const spent = run.depth >= maxDepth || run.budget <= 0 || times >= maxRuns;
  if (spent || run.active.includes(value.node)) return unknown(value.name);
  run.runs.set(value.node, times + 1);
  const scope = newScope(value.scope, alone ? undefined : settledBy(value, args, node, run));
  const before = { file: run.file, callLine: run.callLine, by: run.by };
  if (value.file !== run.file && !alone) run.callLine = lineOf(run, node);
  run.file = value.file;
  run.depth++;
  run.active.push(value.node);
  value.node.params.forEach((parameter, index) => {
    const given = args[index] ?? unknown(parameterName(parameter));
    if (parameter.type === 'RestElement') {
      bindPattern(parameter, { is: 'list', items: args.slice(index), open: alone }, scope, run);
    } else bindPattern(parameter, given, scope, run);
  });
  if (value.name !== '') run.by ??= value.name;
  const { body } = value.node;
  const result =
    body.type === 'BlockStatement'
      ? (runBlock(body.body, scope, run) ?? unknown(value.name))
      : evaluate(body, scope, run);
  run.depth--;
  run.active.pop();
  Object.assign(run, before);
  return result;
}

function parameterName(node: TSESTree.Node): string {
  if (node.type === 'Identifier') return node.name;
  return node.type === 'AssignmentPattern' ? parameterName(node.left) : 'value';
}
