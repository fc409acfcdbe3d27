/** Messages between the parse pool and its threads. */
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { ArtifactFile } from '../dbt-artifacts.ts';
import type { FileFacts } from '../../schema/contracts/facts.ts';

/** What a thread needs to read files of one commit. */
export interface ParseContext {
  /** Same key, same context: a thread keeps the last few. */
  readonly key: string;
  readonly gitDir: string;
  readonly commit: string;
  /** Artifacts of dbt outside the repository. */
  readonly artifacts: readonly ArtifactFile[];
  readonly config: Pick<RepoConfig, 'include' | 'exclude' | 'defaults' | 'dialect' | 'vars' | 'maxFileBytes'>;
}

export interface ParseRequest {
  readonly id: number;
  readonly context: ParseContext;
  readonly paths: readonly string[];
}

/** `ready` once, when the thread can read; then one a file, in the order asked for, and `done`. */
export type ParseReply =
  | { readonly ready: true }
  | { readonly id: number; readonly file: ParsedFile }
  | { readonly id: number; readonly done: true }
  | { readonly id: number; readonly failed: string };

export interface ParsedFile {
  readonly path: string;
  readonly blob: string;
  /** Facts of files that hold nothing are empty, so that they are not read again. */
  readonly facts: FileFacts;
}
