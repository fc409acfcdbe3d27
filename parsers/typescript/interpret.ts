import type { TSESTree } from '@typescript-eslint/typescript-estree';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { findings, type Findings } from '../reader.ts';
import { callFunction } from './calls.ts';
import { estree } from './estree.ts';
import { newScope, type Library, type Run, type TagLibrary } from './run.ts';
import { runBlock } from './statements.ts';
import type { Scope, Value } from './values.ts';

export interface InterpretOptions {
  readonly dialect: Dialect;
  readonly libraries: readonly Library[];
  readonly tags?: readonly TagLibrary[];
  readonly importModule?: Run['importModule'];
  readonly globals?: ReadonlyMap<string, Value>;
  /** Line of the file that the text begins on. Default 1. */
  readonly firstLine?: number;
  /** Run functions that nobody calls. Default true. */
  readonly uncalled?: boolean;
  readonly budget?: number;
}

export interface Interpreted {
  readonly out: Findings;
  readonly exports: ReadonlyMap<string, Value>;
  readonly scope: Scope;
  readonly run: Run;
}

function newRun(
  path: string,
  program: TSESTree.Program | undefined,
  out: Findings,
  options: InterpretOptions,
): Run {
  return {
    path,
    program,
    dialect: options.dialect,
    out,
    libraries: options.libraries,
    tags: options.tags ?? [],
    importModule: options.importModule ?? (() => undefined),
    exports: new Map(),
    callLine: undefined,
    file: path,
    by: undefined,
    called: new Set(),
    active: [],
    runs: new Map(),
    functions: [],
    executed: [],
    literals: [],
    firstLine: options.firstLine ?? 1,
    depth: 0,
    budget: options.budget ?? 200_000,
  };
}

/** Reads a module by running it on what is known of its values; nothing is executed. Text that does not parse gives a diagnostic and nothing else. */
export function interpret(path: string, text: string, options: InterpretOptions): Interpreted {
  const out = findings();
  const program = parseProgram(path, text, out.diagnostics, options.firstLine ?? 1);
  const run = newRun(path, program, out, options);
  const globals: Scope = { names: new Map(options.globals ?? []), outer: undefined };
  const scope = newScope(globals);
  if (program === undefined) return { out: run.out, exports: run.exports, scope, run };
  runBlock(program.body, scope, run);
  if (options.uncalled !== false) {
    for (let at = 0; at < run.functions.length; at++) {
      const value = run.functions[at];
      if (value === undefined || run.called.has(`${value.file}:${value.node.range[0]}`)) continue;
      run.by = undefined;
      callFunction(value, [], value.node, run, true);
    }
  }
  if (run.budget <= 0) {
    run.out.diagnostics.push({
      code: 'typescript.too_long',
      severity: 'warning',
      message: 'The file takes too many steps to follow; what comes after the bound is not read.',
      path,
      fault: 'system',
    });
  }
  return { out: run.out, exports: run.exports, scope, run };
}

function parseProgram(
  path: string,
  text: string,
  diagnostics: Diagnostic[],
  firstLine: number,
): TSESTree.Program | undefined {
  try {
    return estree().parse(text, {
      loc: true,
      range: true,
      jsx: /\.[jt]sx$/.test(path),
      errorOnUnknownASTType: false,
      suppressDeprecatedPropertyWarnings: true,
    });
  } catch (error) {
    const { message, location } = error as { message?: string; location?: { start?: { line?: number } } };
    const line = location?.start?.line;
    diagnostics.push({
      code: 'typescript.syntax',
      severity: 'warning',
      message: message ?? 'The text cannot be parsed.',
      path,
      ...(line === undefined ? {} : { line: line + firstLine - 1 }),
      fault: 'user',
    });
    return undefined;
  }
}
