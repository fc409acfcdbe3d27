/** The state of one render: where it stands, what it may still spend, what it has to say. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { JinjaError, JinjaLimitError } from './error.ts';
import { plain, str } from './python.ts';
import { Undefined, type Kwargs, type Traced, type Value } from './values.ts';

export interface Limits {
  /** Statements and expressions evaluated, default 5,000,000 (about a second). */
  steps: number;
  /** Characters of rendered output and of any single string, default 16,000,000. */
  output: number;
  /** Macro calls within macro calls, default 100. */
  depth: number;
}

const defaultLimits: Limits = { steps: 5_000_000, output: 16_000_000, depth: 100 };

const MAX_DIAGNOSTICS = 100;

export interface RuntimeOptions {
  /** Names that the template does not set itself. Undefined means that the name is unknown. */
  lookup: (name: string) => Value | undefined;
  limits?: Partial<Limits>;
  /** `record` (default): what is unknown costs a diagnostic and renders as a placeholder; `throw`: it ends the render. */
  unknown?: 'record' | 'throw';
  /** Text of an undefined value. Default: empty for a missing argument, as in Jinja, else `undefined_<path>`. */
  placeholder?: (value: Undefined) => string;
}

/** A macro that ran, by name and file. */
export interface MacroUse {
  name: string;
  path: string;
}

/** Variables of one block; looked up outwards. */
export class Scope {
  private readonly vars = new Map<string, Traced>();
  private readonly parent: Scope | null;
  constructor(parent: Scope | null) {
    this.parent = parent;
  }
  get(name: string): Traced | undefined {
    for (let scope: Scope | null = this; scope; scope = scope.parent) {
      const value = scope.vars.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  set(name: string, value: Traced): void {
    this.vars.set(name, value);
  }
}

export class Runtime {
  path: string;
  line = 1;
  readonly root = new Scope(null);
  readonly diagnostics: Diagnostic[] = [];
  readonly macros = new Map<string, MacroUse>();
  readonly options: RuntimeOptions;
  readonly limits: Limits;
  private steps: number;
  private output = 0;
  private depth = 0;
  private readonly reported = new Set<string>();

  constructor(path: string, options: RuntimeOptions) {
    this.path = path;
    this.options = options;
    this.limits = { ...defaultLimits, ...options.limits };
    this.steps = this.limits.steps;
  }

  /** Spends budget. @throws JinjaLimitError when it is used up */
  step(cost = 1): void {
    this.steps -= cost;
    if (this.steps < 0) this.stop(`more than ${this.limits.steps} steps`);
  }

  wrote(size: number): void {
    this.output += size;
    if (this.output > this.limits.output) this.stop(`more than ${this.limits.output} characters written`);
  }

  /** Guards strings that expressions build. */
  sized(size: number): void {
    if (size > this.limits.output) this.stop(`a string of more than ${this.limits.output} characters`);
    this.step(size >> 6);
  }

  enter<T>(path: string, run: () => T): T {
    const { path: outerPath, line } = this;
    if (++this.depth > this.limits.depth) this.stop(`more than ${this.limits.depth} nested macro calls`);
    this.path = path;
    try {
      return run();
    } finally {
      this.depth--;
      this.path = outerPath;
      this.line = line;
    }
  }

  report(severity: Diagnostic['severity'], code: string, message: string): void {
    const key = `${code}\n${this.path}\n${this.line}\n${message}`;
    if (this.reported.has(key) || this.diagnostics.length >= MAX_DIAGNOSTICS) return;
    this.reported.add(key);
    this.diagnostics.push({ code, severity, message, path: this.path, line: this.line, fault: 'user' });
  }

  /** The value of something that does not exist; recorded, or thrown when the options say so. */
  unknown(
    what: keyof typeof unknownCodes,
    path: string,
    severity: Diagnostic['severity'] = 'error',
  ): Undefined {
    const message = `${what} ${path} is unknown`;
    if (this.options.unknown === 'throw') throw new JinjaError(message, this.path, this.line);
    this.report(severity, unknownCodes[what], message);
    return new Undefined(path, 'unknown');
  }

  /** What `{{ value }}` writes. */
  text(value: Value): string {
    return value instanceof Undefined ? (this.options.placeholder ?? defaultPlaceholder)(value) : str(value);
  }

  call(fn: Value, args: Value[], kwargs: Kwargs = new Map()): Value {
    return plain(this.callTraced(fn, args, kwargs));
  }

  callTraced(fn: Value, args: Value[], kwargs: Kwargs): Traced {
    this.step();
    if (typeof fn === 'object' && fn !== null && 'call' in fn && fn.call) return fn.call(args, kwargs, this);
    if (fn instanceof Undefined) return fn.reason === 'unknown' ? fn : this.unknown('function', fn.path);
    throw new JinjaError(`${str(fn).slice(0, 80)} cannot be called`);
  }

  private stop(message: string): never {
    throw new JinjaLimitError(`stopped: ${message}`, this.path, this.line);
  }
}

const unknownCodes = {
  filter: 'jinja.unknown_filter',
  function: 'jinja.unknown_function',
  macro: 'jinja.unknown_macro',
  name: 'jinja.unknown_name',
  operand: 'jinja.unknown_operand',
  test: 'jinja.unknown_test',
} as const;

function defaultPlaceholder(value: Undefined): string {
  return value.reason === 'missing' ? '' : `undefined_${value.path.replace(/\W+/g, '_')}`;
}
