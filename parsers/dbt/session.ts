/** One render of one node: what it configured, read and asked for on the way. */
import type { Value } from '../jinja/values.ts';
import type { DbtProject } from './project.ts';
import type { Relation } from './relation.ts';
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
  /** Values of context names made once a session. */
  readonly made = new Map<string, Value>();

  constructor(project: DbtProject, mode: Mode, node?: DbtNode, baseConfig: Config = {}, self?: Relation) {
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

  ask(key: string, answer: string | (() => string)): void {
    this.asked.set(key, answer);
  }
}
