import { attribute, evaluate } from './evaluate.ts';
import { run as runStatements } from './statements.ts';
import { braceFormat } from './format.ts';
import { lineOf, type Call, type Run } from './run.ts';
import { allChildren, callSyntax, type PyNode } from './tree.ts';
import { hole } from '../runtime-text.ts';
import {
  printed,
  textOf,
  unknown,
  type ClassValue,
  type FunctionValue,
  type Scope,
  type Value,
} from './values.ts';

const maxDepth = 12;

/** Evaluates a call: the code's own functions are run, text methods computed, the rest asked of the libraries. */
export function applyCall(node: PyNode, scope: Scope, run: Run): Value {
  const syntax = callSyntax(run.file, node);
  if (syntax === null) return unknown();
  const { receiver, callee, path } = calleeOf(syntax.callee, scope, run);
  const args = syntax.args.map((arg) => evaluate(arg, scope, run));
  for (const star of syntax.starArgs) {
    const list = evaluate(star, scope, run);
    if (list.is === 'list') args.push(...list.items);
  }
  const keywords = new Map<string, Value>();
  for (const star of syntax.starKeywords) {
    const dict = evaluate(star, scope, run);
    if (dict.is === 'dict') for (const [name, value] of dict.entries) keywords.set(name, value);
  }
  for (const [name, value] of syntax.keywords) keywords.set(name, evaluate(value, scope, run));
  const method = path.slice(path.lastIndexOf('.') + 1);
  const call: Call = {
    path,
    method,
    receiver,
    args,
    keywords,
    node,
    at: syntax.callee.getChild('PropertyName') ?? node,
  };
  if (callee.is === 'function') return callFunction(callee, call, run);
  if (callee.is === 'class') return instantiate(callee, call, run);
  return builtIn(call) ?? fromLibraries(call, run);
}

function fromLibraries(call: Call, run: Run): Value {
  for (const library of run.libraries) {
    const value = library(call, run);
    if (value !== undefined) return value;
  }
  if (/(^|\.)(_*[A-Z]\w*|timedelta|duration|datetime)$/.test(call.path)) {
    const positional = call.args.map((value, index) => [String(index), value] as const);
    return { is: 'object', type: call.path, fields: new Map([...positional, ...call.keywords]) };
  }
  const named = call.args.length === 1 && call.args[0]?.is === 'text' ? [call.args[0].text] : [];
  return unknown(...(call.path === '' ? [] : call.path.split('.').slice(-2)), ...named);
}

/** What is called: its value, the value before the last dot, and its dotted name. */
function calleeOf(
  node: PyNode,
  scope: Scope,
  run: Run,
): { receiver: Value | undefined; callee: Value; path: string } {
  if (node.name === 'MemberExpression') {
    const property = node.getChild('PropertyName');
    const object = node.firstChild;
    if (property !== null && object !== null) {
      const name = run.file.source(property);
      const receiver = evaluate(object, scope, run);
      // A method's own name is not a column: `df.count()`.
      const callee = receiver.is === 'frame' ? unknown(name) : attribute(receiver, name);
      return { receiver, callee, path: joined(pathOf(receiver), name) };
    }
  }
  const callee = evaluate(node, scope, run);
  return { receiver: undefined, callee, path: pathOf(callee) };
}

const joined = (head: string, name: string): string => (head === '' ? name : `${head}.${name}`);

function pathOf(value: Value): string {
  if (value.is === 'name') return value.path;
  if (value.is === 'unknown') return value.path.join('.');
  return value.is === 'object' ? value.type : '';
}

export function functionValue(
  name: string,
  node: PyNode,
  decorators: FunctionValue['decorators'],
  scope: Scope,
  run: Run,
): FunctionValue {
  return { is: 'function', name, node, file: run.file, scope, decorators };
}

/** Runs a function's body with these arguments. Its effects belong to this file, at the line of the call when it stands in another. */
export function callFunction(value: FunctionValue, call: Call | undefined, run: Run): Value {
  if (call !== undefined) {
    for (const library of run.libraries) {
      const result = library({ ...call, receiver: value, path: `@${value.name}`, method: '@' }, run);
      if (result !== undefined) return result;
    }
  }
  return runFunction(value, call, run);
}

export function runFunction(value: FunctionValue, call: Call | undefined, run: Run): Value {
  const foreign = value.file !== run.file;
  if (!foreign || run.callLine === undefined) run.called.add(value.node.from);
  if (run.depth >= maxDepth || run.budget <= 0 || run.active.includes(value.node)) return unknown(value.name);
  const scope: Scope = { names: new Map(), outer: value.scope };
  const before = { file: run.file, callLine: run.callLine, by: run.by };
  if (foreign && call !== undefined) run.callLine = lineOf(run, call.node);
  run.file = value.file;
  run.depth++;
  run.active.push(value.node);
  bindParameters(value, call, scope, run);
  run.by ??= value.name === 'lambda' || value.name === 'main' ? undefined : value.name;
  const body = value.node.getChild('Body');
  let result: Value;
  if (body !== null) result = runStatements(body, scope, run) ?? unknown(value.name);
  else {
    const last = value.node.lastChild;
    result = last === null ? unknown() : evaluate(last, scope, run);
  }
  run.depth--;
  run.active.pop();
  Object.assign(run, before);
  return result;
}

interface Parameter {
  readonly name: string;
  readonly star: '' | '*' | '**';
  readonly fallback?: PyNode;
  readonly type?: string;
}

function parametersOf(value: FunctionValue): Parameter[] {
  const list = value.node.getChild('ParamList');
  const out: { name: string; star: '' | '*' | '**'; fallback?: PyNode; type?: string }[] = [];
  let star: '' | '*' | '**' = '';
  let defaulting = false;
  for (const child of list === null ? [] : allChildren(list)) {
    const last = out[out.length - 1];
    if (child.name === '*' || child.name === '**') star = child.name;
    else if (child.name === ',') [star, defaulting] = ['', false];
    else if (child.name === 'AssignOp') defaulting = true;
    else if (child.name === 'TypeDef' && last !== undefined) last.type = value.file.source(child);
    else if (defaulting && last !== undefined) last.fallback = child;
    else if (child.name === 'VariableName') out.push({ name: value.file.source(child), star });
  }
  return out;
}

function bindParameters(value: FunctionValue, call: Call | undefined, scope: Scope, run: Run): void {
  const given = [...(value.self === undefined ? [] : [value.self]), ...(call?.args ?? [])];
  let next = 0;
  for (const { name, star, fallback, type } of parametersOf(value)) {
    if (star !== '') {
      scope.names.set(name, unknown(name));
      if (star === '*') next = given.length;
      continue;
    }
    const positional = given[next++];
    const argument = call?.keywords.get(name) ?? positional;
    const bound =
      argument ??
      (fallback === undefined || (fallback.name === 'None' && call === undefined)
        ? undefined
        : evaluate(fallback, value.scope, run));
    scope.names.set(name, named(bound ?? parameterValue(name, type), name));
  }
}

const named = (value: Value, name: string): Value =>
  value.is === 'frame' ? { ...value, variable: name } : value;

/** A parameter that nobody gave: a frame of unknown rows if its type says so. */
function parameterValue(name: string, type: string | undefined): Value {
  if (type === undefined || !/\bDataFrame\b/.test(type)) return unknown(name);
  const relation = { op: 'opaque', reads: [], reason: `the parameter ${name}` } as const;
  return {
    is: 'frame',
    relation,
    library: /\bpd\.|pandas/.test(type) ? 'pandas' : 'spark',
    variable: name,
    qualifiers: [],
  };
}

function instantiate(value: ClassValue, call: Call, run: Run): Value {
  const object: Value = { is: 'object', type: value.name, fields: new Map(), class: value };
  const init = value.scope.names.get('__init__');
  if (init?.is === 'function') runFunction({ ...init, self: object }, call, run);
  else for (const [name, keyword] of call.keywords) object.fields.set(name, keyword);
  return object;
}

const plainText =
  /^(strip|lstrip|rstrip|lower|upper|title|encode|decode|dedent|cleandoc|str|text|Path|PurePath|fspath|as_posix)$/;

/** Methods of text, dicts and lists, and the built-in functions that matter for names and SQL. */
function builtIn(call: Call): Value | undefined {
  const { receiver, method, args } = call;
  if (receiver?.is === 'text') return textMethod(receiver, call);
  if (receiver?.is === 'dict') {
    if (method === 'get')
      return receiver.entries.get(textOf(args[0]) ?? '') ?? args[1] ?? unknown(textOf(args[0]) ?? 'value');
    if (method === 'items') {
      const items = [...receiver.entries].map(([key, value]): Value => ({
        is: 'list',
        items: [{ is: 'text', text: key }, value],
        open: false,
      }));
      return { is: 'list', items, open: receiver.open };
    }
    if (method === 'keys') {
      return {
        is: 'list',
        items: [...receiver.entries.keys()].map((text) => ({ is: 'text', text })),
        open: receiver.open,
      };
    }
    if (method === 'values')
      return { is: 'list', items: [...receiver.entries.values()], open: receiver.open };
    if (method === 'update' && args[0]?.is === 'dict') {
      for (const [key, value] of args[0].entries) receiver.entries.set(key, value);
      return receiver;
    }
    if (method === 'copy') return { ...receiver, entries: new Map(receiver.entries) };
  }
  if (receiver?.is === 'list' && (method === 'append' || method === 'extend')) {
    const [item] = args;
    if (method === 'append' && item !== undefined) receiver.items.push(item);
    else if (item?.is === 'list') receiver.items.push(...item.items);
    return receiver;
  }
  const [first] = args;
  if (call.path === 'dict' && first === undefined)
    return { is: 'dict', entries: new Map(call.keywords), open: false };
  if (first === undefined) return undefined;
  if (/^(list|tuple|set|sorted|reversed|frozenset)$/.test(call.path) && first.is === 'list') return first;
  if (call.path === 'dict' && first.is === 'dict') return first;
  if (call.path === 'enumerate' && first.is === 'list') {
    const items = first.items.map((item, index): Value => ({
      is: 'list',
      items: [{ is: 'number', text: String(index) }, item],
      open: false,
    }));
    return { is: 'list', items, open: first.open };
  }
  if (first.is === 'text' && plainText.test(method)) {
    if (/Path$/.test(method) && args.length > 1) return { is: 'text', text: args.map(printed).join('/') };
    return method === 'dedent' || method === 'cleandoc' ? first : { is: 'text', text: first.text };
  }
  if (/(^|\.)os\.path\.join$/.test(call.path) || (method === 'joinpath' && receiver !== undefined)) {
    return {
      is: 'text',
      text: [...(method === 'joinpath' && receiver ? [receiver] : []), ...args].map(printed).join('/'),
    };
  }
  return undefined;
}

function textMethod(text: Extract<Value, { is: 'text' }>, call: Call): Value {
  const { method, args, keywords } = call;
  const of = (value: string): Value => ({ ...text, text: value });
  const [first, second] = args;
  if (method === 'format') return of(braceFormat(text.text, args, keywords));
  if (method === 'join' && first?.is === 'list') {
    const items = first.open ? [...first.items, unknown('more')] : first.items;
    return { is: 'text', text: items.map(printed).join(text.text) };
  }
  if (method === 'replace' && first?.is === 'text' && second !== undefined) {
    return of(text.text.split(first.text).join(printed(second)));
  }
  if (method === 'lower') return of(text.text.toLowerCase());
  if (method === 'upper') return of(text.text.toUpperCase());
  if (method === 'split' && first?.is === 'text') {
    return {
      is: 'list',
      items: text.text.split(first.text).map((item) => ({ is: 'text', text: item })),
      open: false,
    };
  }
  if (
    /^(strip|lstrip|rstrip|rstrip|removesuffix|removeprefix|strip_margin|encode|decode|title|expandtabs|as_posix|resolve)$/.test(
      method,
    )
  ) {
    return text;
  }
  if (method === 'read_text' || method === 'read') return { is: 'text', text: hole(`file ${text.text}`) };
  return unknown(method);
}
