/** `config`, `var` and `env_var`. */
import { own } from '../../schema/contracts/own.ts';
import { argument } from '../jinja/arguments.ts';
import { JinjaError } from '../jinja/error.ts';
import { parseTemplate, render } from '../jinja/jinja.ts';
import { str } from '../jinja/python.ts';
import type { Runtime } from '../jinja/runtime.ts';
import { Dict, Fn, fromJson, PyObject, toJson, Undefined, type Kwargs, type Value } from '../jinja/values.ts';
import { mergeConfig } from './config.ts';
import type { Session } from './session.ts';
import type { Config } from './types.ts';
import { objectOf } from './yaml-values.ts';

/** Callable (`config(materialized='table')`) and readable (`config.get('alias')`). */
export class ConfigObject extends PyObject {
  readonly typeName = 'config';
  private readonly session: Session;
  constructor(session: Session) {
    super();
    this.session = session;
  }

  override call(args: Value[], kwargs: Kwargs): Value {
    const given = Object.create(null) as Record<string, unknown>;
    for (const arg of args) if (arg instanceof Dict) Object.assign(given, toJson(arg, str));
    for (const [key, value] of kwargs) if (!(value instanceof Undefined)) given[key] = toJson(value, str);
    this.session.inFile = mergeConfig(this.session.inFile, given);
    return '';
  }

  private get all(): Config {
    return mergeConfig(this.session.baseConfig, this.session.inFile);
  }

  private read(name: string, args: Value[], kwargs: Kwargs, from: Config): Value {
    const key = str(args[0] ?? null);
    const value = own(from, key === 'pre-hook' ? 'pre_hook' : key === 'post-hook' ? 'post_hook' : key);
    if (value !== undefined) return fromJson(value);
    if (name.includes('require')) throw new JinjaError(`configuration ${key} is required and not set`);
    return argument(args, kwargs, 1, 'default') ?? null;
  }

  override attr(name: string): Value | undefined {
    switch (name) {
      case 'get':
      case 'require':
        return new Fn(name, (args, kwargs) => this.read(name, args, kwargs, this.all));
      case 'meta_get':
      case 'meta_require':
        return new Fn(name, (args, kwargs) => this.read(name, args, kwargs, objectOf(this.all['meta'])));
      case 'set':
        return new Fn(name, ([key, value]) => this.call([], new Map([[str(key ?? null), value ?? null]])));
      case 'persist_relation_docs':
      case 'persist_column_docs':
        return new Fn(name, () => false);
      case 'model':
        return new Undefined('config.model');
      default: {
        const value = own(this.all, name);
        return value === undefined ? undefined : fromJson(value);
      }
    }
  }
}

/** `var('name', default)` and `var.has_var('name')`. A text with a template in it is rendered, as dbt does. */
export class VarObject extends PyObject {
  readonly typeName = 'var';
  private readonly session: Session;
  private readonly lookup: (name: string) => Value | undefined;
  constructor(session: Session, lookup: (name: string) => Value | undefined) {
    super();
    this.session = session;
    this.lookup = lookup;
  }

  private find(name: string): unknown {
    const value = this.session.project.variable(name, this.session.package);
    this.session.ask(`var:${name}`, JSON.stringify(value) ?? '');
    return value;
  }

  override call(args: Value[], kwargs: Kwargs, rt: Runtime): Value {
    const name = str(args[0] ?? null);
    const value = this.find(name);
    if (typeof value === 'string' && /\{[{%]/.test(value))
      return rt.enter(rt.path, () => this.rendered(value));
    if (value !== undefined) return fromJson(value);
    const otherwise = argument(args, kwargs, 1, 'default');
    if (otherwise !== undefined) return this.session.given('var', otherwise);
    if (this.session.executes)
      rt.report('warning', 'dbt.missing_var', `var ${name} is required and the project gives it no value`);
    return this.session.given('var', new Undefined(`var_${name}`, 'unknown'));
  }

  private rendered(value: string): string {
    const { project } = this.session;
    return render(parseTemplate(value, project.file.path), { lookup: this.lookup }).text;
  }

  override attr(name: string): Value | undefined {
    return name === 'has_var'
      ? new Fn(name, ([key]) => this.find(str(key ?? null)) !== undefined)
      : undefined;
  }
}

/** `env_var('NAME', default)`: the options' value, else the default, else the variable's own name, so that text stays readable. */
export function envVar(session: Session): Value {
  return new Fn('env_var', (args, kwargs, rt) => {
    const name = str(args[0] ?? null);
    const given = own(session.project.options.env ?? {}, name);
    session.ask(`env:${name}`, given ?? '');
    if (given !== undefined) return session.given('env_var', given);
    const otherwise = argument(args, kwargs, 1, 'default');
    if (otherwise !== undefined && otherwise !== null) return session.given('env_var', otherwise);
    rt.report(
      'info',
      'dbt.missing_env',
      `environment variable ${name} is not given; its name stands in its place`,
    );
    return session.given('env_var', name);
  });
}
