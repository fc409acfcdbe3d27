/** Statements → output, and macros as callable values. */
import type { BlockStmt, Expr, MacroStmt, Stmt, Target } from './ast.ts';
import { JinjaError, JinjaLimitError } from './error.ts';
import { bind, evaluate, evaluateTraced, filter, ReturnSignal } from './evaluate.ts';
import { Loop } from './loop.ts';
import { Output, Rendered } from './output.ts';
import { iterate, list, plain, str, truthy } from './python.ts';
import { Scope, type Runtime } from './runtime.ts';
import {
  Dict,
  Namespace,
  PyObject,
  Tuple,
  Undefined,
  type Kwargs,
  type Traced,
  type Value,
} from './values.ts';

/** A statement that fails costs a diagnostic; the ones behind it still run. */
export function execute(body: readonly Stmt[], scope: Scope, out: Output, rt: Runtime): void {
  for (const statement of body) {
    rt.step();
    rt.line = statement.line;
    if (statement.kind === 'data') {
      rt.wrote(statement.text.length);
      out.data(statement.text, statement.line);
      continue;
    }
    try {
      run(statement, scope, out, rt);
    } catch (error) {
      recover(error, statement, scope, out, rt);
    }
  }
}

function recover(error: unknown, statement: Stmt, scope: Scope, out: Output, rt: Runtime): void {
  if (!(error instanceof JinjaError) || error instanceof JinjaLimitError || rt.options.unknown === 'throw')
    throw error;
  rt.report('error', 'jinja.runtime', error.message);
  const failed = new Undefined('failed', 'unknown');
  if (statement.kind === 'output') out.text(rt.text(failed), statement.line);
  else if (statement.kind === 'set') assign(statement.target, failed, scope, rt);
}

function run(statement: Exclude<Stmt, { kind: 'data' }>, scope: Scope, out: Output, rt: Runtime): void {
  switch (statement.kind) {
    case 'output':
      return write(evaluateTraced(statement.expr, scope, rt), statement.line, out, rt);
    case 'if': {
      for (const branch of statement.branches) {
        if (truthy(evaluate(branch.test, scope, rt))) return execute(branch.body, scope, out, rt);
      }
      return execute(statement.otherwise, scope, out, rt);
    }
    case 'for':
      return loop(statement, evaluate(statement.iter, scope, rt), 0, scope, out, rt);
    case 'set':
      return assign(statement.target, evaluateTraced(statement.value, scope, rt), scope, rt);
    case 'setBlock': {
      const body = capture(statement.body, scope, rt);
      return assign(
        statement.target,
        statement.filter ? filtered(statement.filter, body, scope, rt) : body,
        scope,
        rt,
      );
    }
    case 'macro':
      return scope.set(statement.name, new Macro(statement, rt.path, scope));
    case 'call':
      return callBlock(statement, scope, out, rt);
    case 'filterBlock': {
      return write(
        filtered(statement.filter, capture(statement.body, scope, rt), scope, rt),
        statement.line,
        out,
        rt,
      );
    }
    case 'with': {
      const inner = new Scope(scope);
      for (const { target, value } of statement.bindings)
        assign(target, evaluateTraced(value, scope, rt), inner, rt);
      return execute(statement.body, inner, out, rt);
    }
    case 'do': {
      evaluate(statement.expr, scope, rt);
      return;
    }
    case 'scope':
      return execute(statement.body, new Scope(scope), out, rt);
    case 'block':
      return;
  }
}

function write(value: Traced, line: number, out: Output, rt: Runtime): void {
  if (value instanceof Rendered) {
    rt.wrote(value.text.length);
    out.splice(value, line);
    return;
  }
  const text = rt.text(value);
  rt.wrote(text.length);
  out.text(text, line);
}

function capture(body: readonly Stmt[], scope: Scope, rt: Runtime): Rendered {
  const out = new Output(rt.path);
  execute(body, new Scope(scope), out, rt);
  return out.finish();
}

function filtered(expr: Expr, body: Rendered, scope: Scope, rt: Runtime): Traced {
  return expr.kind === 'filter' ? filter(expr, body.text, scope, rt) : body;
}

function assign(target: Target, value: Traced, scope: Scope, rt: Runtime): void {
  if (target.kind === 'name') return scope.set(target.name, value);
  if (target.kind === 'attr') {
    const object = plain(scope.get(target.object) ?? null);
    if (!(object instanceof Namespace))
      throw new JinjaError(`${target.object}.${target.name} cannot be set: not a namespace`);
    return object.setAttr(target.name, plain(value));
  }
  const items = plain(value);
  if (items instanceof Undefined) return target.items.forEach((part) => assign(part, items, scope, rt));
  const values = list(items);
  if (values.length !== target.items.length) {
    throw new JinjaError(`${values.length} values cannot be unpacked into ${target.items.length} names`);
  }
  target.items.forEach((part, i) => assign(part, values[i] as Value, scope, rt));
}

function loop(
  statement: Stmt & { kind: 'for' },
  iter: Value,
  depth: number,
  scope: Scope,
  out: Output,
  rt: Runtime,
): void {
  if (iter instanceof Undefined && iter.reason === 'missing')
    rt.report('warning', 'jinja.undefined_loop', `${iter.path} is undefined, so the loop has no rounds`);
  let items = Array.from(iterate(iter));
  const { where } = statement;
  if (where) {
    items = items.filter((item) => {
      const inner = new Scope(scope);
      assign(statement.target, item, inner, rt);
      return truthy(evaluate(where, inner, rt));
    });
  }
  if (items.length === 0) return execute(statement.otherwise, new Scope(scope), out, rt);
  const recurse = (next: Value): Rendered => {
    const inner = new Output(rt.path);
    rt.enter(rt.path, () => loop(statement, next, depth + 1, scope, inner, rt));
    return inner.finish();
  };
  const state = new Loop(items, depth, statement.recursive ? recurse : undefined);
  for (state.index0 = 0; state.index0 < items.length; state.index0++) {
    rt.step();
    const inner = new Scope(scope);
    inner.set('loop', state);
    assign(statement.target, items[state.index0] as Value, inner, rt);
    execute(statement.body, inner, out, rt);
  }
}

function callBlock(statement: Stmt & { kind: 'call' }, scope: Scope, out: Output, rt: Runtime): void {
  const { call } = statement;
  if (call.kind !== 'call') throw new JinjaError('{% call %} needs a call');
  const caller: MacroStmt = {
    kind: 'macro',
    line: statement.line,
    endLine: statement.line,
    name: 'caller',
    params: statement.params,
    body: statement.body,
    uses: { varargs: false, kwargs: false, caller: false },
  };
  const { args, kwargs } = bind(call.args, scope, rt);
  kwargs.set('caller', new Macro(caller, rt.path, scope));
  const fn = evaluate(call.fn, scope, rt);
  rt.line = statement.line;
  write(rt.callTraced(fn, args, kwargs), statement.line, out, rt);
}

/** A macro as a value. With no scope of its own it sees the globals of the render that calls it. */
export class Macro extends PyObject {
  readonly typeName = 'macro';
  readonly node: MacroStmt | BlockStmt;
  readonly path: string;
  private readonly scope: Scope | null;

  constructor(node: MacroStmt | BlockStmt, path: string, scope: Scope | null) {
    super();
    this.node = node;
    this.path = path;
    this.scope = scope;
  }

  override attr(name: string): Value | undefined {
    if (name === 'name') return this.node.name;
    return name === 'arguments' ? Tuple.from(this.node.params.map((param) => param.name)) : undefined;
  }

  override call(args: Value[], kwargs: Kwargs, rt: Runtime): Traced {
    const { node, path } = this;
    const key = `${path}\n${node.name}`;
    if (node.name !== 'caller' && !rt.macros.has(key)) rt.macros.set(key, { name: node.name, path });
    const scope = new Scope(this.scope ?? rt.root);
    const out = new Output(path);
    return rt.enter(path, () => {
      this.bind(scope, args, kwargs, rt);
      try {
        execute(node.body, scope, out, rt);
      } catch (signal) {
        if (signal instanceof ReturnSignal) return signal.value;
        throw signal;
      }
      return out.finish();
    });
  }

  private bind(scope: Scope, args: Value[], kwargs: Kwargs, rt: Runtime): void {
    const { params, uses, name } = this.node;
    const rest = new Map(kwargs);
    params.forEach((param, i) => {
      const given = i < args.length ? args[i] : rest.get(param.name);
      rest.delete(param.name);
      if (given !== undefined) scope.set(param.name, given);
      else if (param.default) scope.set(param.name, evaluateTraced(param.default, scope, rt));
      else scope.set(param.name, new Undefined(param.name));
    });
    const caller = rest.get('caller');
    if (caller !== undefined && !params.some((param) => param.name === 'caller')) {
      rest.delete('caller');
      scope.set('caller', caller);
    }
    const extra = args.slice(params.length);
    scope.set('varargs', Tuple.from(extra));
    scope.set('kwargs', Dict.from(rest));
    if (extra.length > 0 && !uses.varargs)
      throw new JinjaError(`macro ${name} takes ${params.length} arguments, not ${args.length}`);
    const [unknown] = rest.keys();
    if (unknown !== undefined && !uses.kwargs)
      throw new JinjaError(`macro ${name} has no argument ${str(unknown)}`);
  }
}
