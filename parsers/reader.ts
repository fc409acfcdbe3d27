import { createHash } from 'node:crypto';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import type { Dialect } from '../schema/contracts/dialect.ts';
import type { ArtifactText } from './dbt/run-artifacts.ts';
import type { Build, Declaration, FileFacts, Job, StatementCounts, Use } from '../schema/contracts/facts.ts';

/** A tree of files that one tool reads as a whole. `root` is its folder without a trailing slash; '' for the repository itself. */
export interface ProjectContext {
  readonly kind: 'dbt' | 'dataform' | 'bqetl';
  readonly root: string;
  /** Folders outside `root` whose files belong to it too, as `model-paths: [../../sources]` says. Absent: none. */
  readonly reach?: readonly string[];
}

export interface SourceText {
  readonly text: string;
  /** The git blob SHA of the text. */
  readonly blob: string;
}

/** What a reader may know besides the text: nothing in it depends on the machine or the time. */
export interface ReadContext {
  /** The dialect of SQL for which nothing closer says one. */
  readonly dialect: Dialect;
  /** Projects of the repository, as `detectProjects` finds them. */
  readonly projects: readonly ProjectContext[];
  /** Another file of the same commit; undefined when there is none. Absent: the reader has this file alone. Each use goes into `trace`. */
  readonly file?: (path: string) => SourceText | undefined;
  /** Every path of the commit, for readers that look for the files of their project. Absent: they find none. */
  readonly paths?: readonly string[];
  /** Brings many files into memory at once, where that is cheaper than one by one. */
  readonly preload?: (paths: readonly string[]) => void;
  /** Artifacts of dbt's runs from outside the repository; one array as long as the commit is read. */
  readonly artifacts?: readonly ArtifactText[];
  /** Variables that the configuration gives to dbt. */
  readonly vars?: Readonly<Record<string, unknown>>;
}

/** One kind of file and how it becomes facts. `read` never throws for bad input; null: the file holds nothing for this reader. */
export interface Reader {
  readonly name: string;
  /** Raised whenever the output may change for the same input. */
  readonly version: number;
  readonly match: (path: string, context: ReadContext) => boolean;
  readonly read: (path: string, text: string, context: ReadContext) => FileFacts | null;
}

/** Facts while a reader collects them. */
export interface Findings {
  readonly builds: Build[];
  readonly uses: Use[];
  readonly declarations: Declaration[];
  readonly jobs: Job[];
  readonly diagnostics: Diagnostic[];
  statements: StatementCounts;
}

export function findings(): Findings {
  return {
    builds: [],
    uses: [],
    declarations: [],
    jobs: [],
    diagnostics: [],
    statements: { total: 0, parsed: 0, opaque: 0, failed: 0 },
  };
}

export function addCounts(a: StatementCounts, b: StatementCounts): StatementCounts {
  return {
    total: a.total + b.total,
    parsed: a.parsed + b.parsed,
    opaque: a.opaque + b.opaque,
    failed: a.failed + b.failed,
  };
}

/** Marks trace entries that are other files: what follows is the path. */
export const fileEntry = 'file:';

/** The other files that a reader asked for, with the blob that it was given (`''`: there was none). */
export interface TracedFiles {
  readonly file: (path: string) => string | undefined;
  readonly trace: Record<string, string>;
}

export function tracedFiles(context: ReadContext): TracedFiles {
  const trace: Record<string, string> = {};
  return {
    trace,
    file: (path) => {
      const source = context.file?.(path);
      trace[`${fileEntry}${path}`] = source?.blob ?? '';
      return source?.text;
    },
  };
}

/** What is the same object for all files of a commit, to keep by it what they share. */
export const commitKey = (context: ReadContext): object => context.paths ?? context;

/** SHA-256 (hex) of a text, for trace entries that are not whole files. */
export function textHash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The innermost project of a kind that holds the path; else the first that reaches it. */
export function projectOf(
  path: string,
  kind: ProjectContext['kind'],
  context: ReadContext,
): ProjectContext | undefined {
  const own = context.projects.filter((project) => project.kind === kind);
  const inside = own.filter(({ root }) => root === '' || path.startsWith(`${root}/`));
  return (
    inside.sort((a, b) => b.root.length - a.root.length)[0] ??
    own.find(({ reach = [] }) => reach.some((folder) => path.startsWith(`${folder}/`)))
  );
}

/** The folder of a path, '' for the repository's own; and the last part of a path. */
export const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
export const fileName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
export const joinPath = (...parts: readonly string[]): string => parts.filter((p) => p !== '').join('/');

/** Joins and resolves `.` and `..`; a path that leaves the repository keeps no `..`. */
export function resolvePath(...parts: readonly string[]): string {
  const resolved: string[] = [];
  for (const part of parts.join('/').split('/')) {
    if (part === '..') resolved.pop();
    else if (part !== '' && part !== '.') resolved.push(part);
  }
  return resolved.join('/');
}
