/**
 * What stages hand to each other through the store. A stage's result for one table is a *claim set* with an `output`; a run points
 * tables at sets (design: the ledger of claims).
 */
import type { NewClaim } from './claims.ts';

/** Stages that leave one claim set per table. `relate` compares a table with all others (joins that code writes anywhere, look-alikes);
 * `card` is merge and render together: its output names the card. `rank` is of query templates: `table` holds the fingerprint. */
export const setStages = [
  'link',
  'derive',
  'relate',
  'observe',
  'annotate',
  'infer',
  'card',
  'rank',
] as const;
export type SetStage = (typeof setStages)[number];

/** One table's result of one stage. `inputHash` names everything that the stage read (hex SHA-256). */
export interface StageResult<Output = unknown> {
  readonly table: string;
  readonly stage: SetStage;
  readonly inputHash: string;
  readonly claims: readonly NewClaim[];
  /** What later stages need of it, plain JSON: link's resolved builds, derive's interface, the card. */
  readonly output: Output;
}

/** Output of `link` for one table. */
export interface LinkOutput {
  readonly path: string | null;
  readonly kind: string;
  readonly write: string | null;
  readonly alias: string | null;
  /** Facts that hold this table's builds: key of the facts row and indexes into its `builds`. */
  readonly builds: readonly {
    readonly facts: string;
    readonly path: string;
    readonly blob: string;
    readonly builds: readonly number[];
  }[];
  /** Names in these builds (`nameKey`) → the table meant. */
  readonly names: Readonly<Record<string, string>>;
  /** Keys that others may rely on: unconditional tests, and accepted conventions. */
  readonly testedKeys: readonly TestedKey[];
  /** Tests that are switched off; absent where there are none. */
  readonly disabledTests?: readonly DeclaredAt[];
  /** Where a table that nothing here builds is declared; absent where it is built, or nobody declares it. */
  readonly declaredAt?: DeclaredAt;
  /** Columns tested for NULL. */
  readonly notNull: readonly string[];
  /** Tables read, as ids, sorted; temporary and ephemeral ones stand for themselves. */
  readonly upstream: readonly string[];
  /** Whether `columns` are all that there are. */
  readonly columnsComplete: boolean;
  /** Columns as declared or observed, in order; null when nobody says. */
  readonly columns: readonly { readonly name: string; readonly type: string | null }[] | null;
  /** 0 for tables without upstream; else one more than the highest upstream. Members of a cycle share a level. */
  readonly level: number;
}

/** A declaration in words, with its file and line. */
export interface DeclaredAt {
  readonly words: string;
  readonly path: string;
  readonly line: number;
}

export interface TestedKey {
  readonly columns: readonly string[];
  /** Words, with file and line: why it may be relied on. */
  readonly because: string;
  /** Who says it: a test, a constraint that the database enforces, or a convention. */
  readonly by: 'test' | 'constraint' | 'convention';
  /** `assumed` for conventions that nobody accepted. */
  readonly basis: 'tested' | 'assumed';
  /** Of an assumed one: how often such a key is right. */
  readonly confidence?: number;
}

/** Key of a name in `LinkOutput.names`. */
export const nameKey = (parts: readonly string[]): string => parts.join('\u001f');
