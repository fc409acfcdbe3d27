/** One render of one node: what it configured, read and asked for on the way. */
import type { Value } from '../jinja/values.ts';
import type { DbtProject } from './project.ts';
import type { Relation } from './relation.ts';
import { anotherMoment, anotherValue, firstId, type Moment, type RunValue } from './run-values.ts';
import type { Config, DbtNode, Dependency } from './types.ts';

export type Mode =
  /** Only to learn what `config()` says: nothing is executed, references stay names. */
  'parse' | 'full' | 'incremental';

export class Session {
  readonly project: DbtProject;
  /** Absent for text that belongs to no node: a source's schema, a project's setting. */
  readonly node: DbtNode | undefined;
  /** The package whose macros and variables come first. */
  readonly package: string;
  readonly mode: Mode;
  /** What is known before the text runs. */
  readonly baseConfig: Config;
  /** What `config()` calls in the text added. */
  inFile: Config = {};
  readonly self: Relation | undefined;
  readonly dependencies: Dependency[] = [];
  /** What was asked of the project, by key → text that it depends on; a function where that is to be worked out after the text has run. */
  readonly asked = new Map<string, string | (() => string)>();
  /** Results of `statement` blocks. */
  readonly results = new Map<string, Value>();
  /** Whether the text differs, or may, between a first and a later run. */
  askedIncremental = false;
  /** What the text asked for that each run gives anew. */
  readonly ofRun = new Set<RunValue>();
  /** What stands as another run would give it. */
  readonly other: RunValue | undefined;
  /** Values of context names made once a session. */
  readonly made = new Map<string, Value>();

  constructor(
    project: DbtProject,
    mode: Mode,
    node?: DbtNode,
    baseConfig: Config = {},
    self?: Relation,
    other?: RunValue,
  ) {
    this.other = other;
    this.project = project;
    this.mode = mode;
    this.node = node;
    this.package = node?.package ?? project.name;
    this.baseConfig = baseConfig;
    this.self = self;
  }

  get executes(): boolean {
    return this.mode !== 'parse';
  }

  /** Of the run. */
  get moment(): Moment {
    this.ofRun.add('run_started_at');
    return this.other === 'run_started_at' ? anotherMoment : { now: this.project.now, id: firstId };
  }

  /** A value that the run gives, or that stands in for it. */
  given(by: RunValue, value: Value): Value {
    const another = anotherValue(value);
    if (another === null) return value;
    this.ofRun.add(by);
    return this.other === by ? another : value;
  }

  ask(key: string, answer: string | (() => string)): void {
    this.asked.set(key, answer);
  }
}
