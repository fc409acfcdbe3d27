import type { TSESTree } from '@typescript-eslint/typescript-estree';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Lines } from '../../schema/contracts/facts.ts';
import type { Findings } from '../reader.ts';
import type { CallSite, FunctionValue, Scope, Value } from './values.ts';

/** A call that the code's own functions and the language do not answer. */
export interface Call extends CallSite {
  /** Dotted name of what is called: `bigquery.query`; '' when it has none. */
  readonly path: string;
  readonly method: string;
  readonly receiver: Value | undefined;
  readonly args: readonly Value[];
}

export type Library = (call: Call, run: Run) => Value | undefined;

/** A tagged template: its text with holes, already put together. */
export type TagLibrary = (
  tag: string,
  value: Extract<Value, { is: 'text' }>,
  site: CallSite,
  run: Run,
) => Value | undefined;

/** One reading of one file. */
export interface Run {
  readonly path: string;
  /** Undefined where the text does not parse. */
  readonly program: TSESTree.Program | undefined;
  readonly dialect: Dialect;
  readonly out: Findings;
  readonly libraries: readonly Library[];
  readonly tags: readonly TagLibrary[];
  /** What another module exports; undefined when it is not of this repository. */
  readonly importModule: (specifier: string) => ReadonlyMap<string, Value> | undefined;
  /** Names that this file exports. */
  readonly exports: Map<string, Value>;
  /** Inside a function of another file: the line of the call in this one. */
  callLine: number | undefined;
  file: string;
  /** The function that the code being read belongs to. */
  by: string | undefined;
  readonly called: Set<string>;
  /** Functions that are running: a function is not run inside itself. */
  readonly active: FunctionValue['node'][];
  /** How often each function has been run. */
  readonly runs: Map<FunctionValue['node'], number>;
  /** Functions that the file defines; what no call reaches is run once at the end. */
  readonly functions: FunctionValue[];
  /** SQL that was given to someone, and literals that look like SQL: what nobody took is a use at the end. */
  readonly executed: string[];
  readonly literals: { readonly text: string; readonly line: number; readonly node: TSESTree.Node }[];
  /** Line offset of code that was cut out of a larger file. */
  readonly firstLine: number;
  depth: number;
  budget: number;
}

export const lineOf = (run: Run, node: TSESTree.Node): number =>
  run.callLine ?? node.loc.start.line + run.firstLine - 1;
export const linesOf = (run: Run, node: TSESTree.Node): Lines =>
  run.callLine === undefined
    ? [node.loc.start.line + run.firstLine - 1, node.loc.end.line + run.firstLine - 1]
    : [run.callLine, run.callLine];

export function newScope(outer?: Scope, settled?: ReadonlySet<string>): Scope {
  return { names: new Map(), outer, ...(settled && { settled }) };
}
