import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { DbtRun, Lines } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import type { Relation } from '../../schema/contracts/relation.ts';
import { findings, type Findings } from '../reader.ts';
import type { PyFile, PyNode } from './tree.ts';
import type { Scope, Value } from './values.ts';

/** A call whose arguments are known as far as they can be. */
export interface Call {
  /** Dotted name of what is called, through imports: `pyspark.sql.functions.col`, `client.query`; '' when it has none. */
  readonly path: string;
  /** The last part of the name. */
  readonly method: string;
  /** What the method is called on. */
  readonly receiver: Value | undefined;
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly node: PyNode;
  /** The name of what is called: where in a chain of calls this one stands. */
  readonly at: PyNode;
}

/** What a library's calls mean. Undefined: not this library's call. Effects (builds, tasks) go to the run. */
export type Library = (call: Call, run: Run) => Value | undefined;

/** One reading of one file. */
export interface Run {
  readonly path: string;
  readonly dialect: Dialect;
  readonly out: Findings;
  readonly libraries: readonly Library[];
  /** The names of a module of the same repository; undefined when it is not there. */
  readonly importModule: (dots: number, module: string) => Scope | undefined;
  /** The file whose code is being read: another one's inside an imported function. */
  file: PyFile;
  /** Inside an imported function: the line of the call in this file. */
  callLine: number | undefined;
  /** The task or function that the code being read belongs to. */
  by: string | undefined;
  readonly jobs: Map<string, JobState>;
  readonly openJobs: string[];
  readonly openGroups: string[][];
  /** Reads of frames that no build may have taken up yet. */
  readonly pendingReads: PendingRead[];
  /** Functions that some call has run, by where they begin. */
  readonly called: Set<PyNode['from']>;
  /** Functions that are running: a function is not run inside itself. */
  readonly active: PyNode[];
  /** SQL that was given to someone, and literals that are SQL: what nobody took is a use at the end. */
  readonly executed: string[];
  readonly literals: { readonly value: Extract<Value, { is: 'text' }>; readonly node: PyNode }[];
  depth: number;
  /** Syntax nodes that may still be evaluated. */
  budget: number;
}

/** A reading that has not begun: nothing found yet, nothing called. `budget`: see `Run`. */
export function newRun(
  start: Pick<Run, 'path' | 'dialect' | 'libraries' | 'importModule' | 'file' | 'budget'>,
): Run {
  return {
    ...start,
    out: findings(),
    callLine: undefined,
    by: undefined,
    jobs: new Map(),
    openJobs: [],
    openGroups: [],
    pendingReads: [],
    called: new Set(),
    active: [],
    executed: [],
    literals: [],
    depth: 0,
  };
}

export interface PendingRead {
  readonly reads: readonly NameRef[];
  readonly relation: Relation | undefined;
  readonly lines: Lines;
  readonly by: string | undefined;
}

export interface JobState {
  readonly id: string;
  readonly lines: Lines;
  schedule?: string;
  timeZone?: string;
  owner?: string;
  sla?: number;
  description?: string;
  readonly tasks: Map<string, TaskState>;
}

export interface TaskState {
  readonly id: string;
  readonly lines: Lines;
  readonly after: Set<string>;
  readonly runs: Set<string>;
  readonly dbt: DbtRun[];
  owner?: string;
}

export const lineOf = (run: Run, node: PyNode): number => run.callLine ?? run.file.line(node);
export const linesOf = (run: Run, node: PyNode): Lines =>
  run.callLine === undefined ? run.file.lines(node) : [run.callLine, run.callLine];

/** The argument at a position or under one of the names. */
export function argument(call: Call, index: number, ...names: readonly string[]): Value | undefined {
  for (const name of names) {
    const value = call.keywords.get(name);
    if (value !== undefined) return value;
  }
  return index < 0 ? undefined : call.args[index];
}
