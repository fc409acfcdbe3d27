/** What the files say of one table, and where their names are resolved: what link and its claims share. */
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { CodeEvidence } from '../../schema/contracts/evidence.ts';
import type { Build, Declaration, FileFacts, Job, JobTask, Use } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { guessedTable } from './guesses.ts';
import type { NameResolver, NameScope } from './names.ts';

/** One file's facts as link reads them: relations may be left out. `key` names the facts row. */
export interface LinkFile {
  readonly key: string;
  readonly blob: string;
  readonly facts: FileFacts;
}

export interface LinkOptions {
  readonly config: Pick<RepoConfig, 'defaults' | 'targets' | 'conventions'>;
  /** Owners of a path by CODEOWNERS; none when the file says nothing. */
  readonly codeOwners?: (
    path: string,
  ) => { readonly owners: readonly string[]; readonly evidence: CodeEvidence } | null;
  /** Columns from catalogue exports: table → columns in order. */
  readonly catalogue?: ReadonlyMap<
    TableId,
    { source: string; columns: readonly { name: string; type: string | null }[] }
  >;
}

/** Everything that files say of one table, before it is turned into claims. */
export interface TableFacts {
  readonly table: TableId;
  readonly builds: { file: LinkFile; index: number; build: Build }[];
  readonly declarations: { file: LinkFile; declaration: Declaration }[];
  readonly uses: { file: LinkFile; use: Use }[];
  readonly jobs: { file: LinkFile; job: Job; task: JobTask | null }[];
}

/** Where each file's names are resolved from. */
export type Scopes = ReadonlyMap<LinkFile, NameScope>;

/** A file's scope; for one of its builds with the default names that stand where it was written. */
export const scopeOf = (scopes: Scopes, file: LinkFile, build?: Build): NameScope => {
  const scope = scopes.get(file) as NameScope;
  return build?.context ? { ...scope, context: build.context } : scope;
};

/** What the claims of one table may look at: all tables, and how names resolve. */
export interface LinkContext {
  readonly scopes: Scopes;
  readonly resolver: NameResolver;
  readonly tables: ReadonlyMap<TableId, TableFacts>;
  readonly options: LinkOptions;
}

/** The build that makes the table: the first that brings rows, else the first. Later MERGEs and UPDATEs only change it. */
export function mainBuild(facts: TableFacts): TableFacts['builds'][number] | undefined {
  const rank = (build: Build) =>
    build.write === 'define' ? 2 : build.write === 'update' || build.write === 'delete' ? 1 : 0;
  return facts.builds.reduce<TableFacts['builds'][number] | undefined>(
    (best, next) => (best === undefined || rank(next.build) < rank(best.build) ? next : best),
    undefined,
  );
}

export interface Read {
  readonly table: TableId;
  readonly file: LinkFile;
  readonly line: number;
  readonly how: 'reads' | 'merges' | 'copies';
  readonly origin: 'declared' | 'derived';
  readonly confidence: number;
}

/** Tables read by a table's builds and declared reads, each once, without the table itself. */
export function readsOf(facts: TableFacts, scopes: Scopes, resolver: NameResolver): Map<TableId, Read[]> {
  const reads = new Map<TableId, Read[]>();
  const add = (read: Read) => {
    if (read.table === facts.table || read.table === guessedTable) return;
    const others = reads.get(read.table);
    if (others) others.push(read);
    else reads.set(read.table, [read]);
  };
  for (const { file, build } of facts.builds) {
    const how = build.write === 'merge' ? 'merges' : 'reads';
    for (const ref of build.reads) {
      const table = resolver.resolve(ref, scopeOf(scopes, file, build));
      add({
        table,
        file,
        line: ref.line ?? build.lines[0],
        how,
        origin: 'derived',
        confidence: ref.confidence === 'low' ? 0.6 : 0.98,
      });
    }
  }
  for (const { file, declaration } of facts.declarations) {
    if (declaration.declares !== 'reads') continue;
    for (const ref of declaration.tables) {
      const table = resolver.resolve(ref, scopeOf(scopes, file));
      add({
        table,
        file,
        line: ref.line ?? declaration.lines[0],
        how: 'reads',
        origin: 'declared',
        confidence: 0.99,
      });
    }
  }
  for (const { file, task } of facts.jobs) {
    if (!task || facts.builds.length > 0 || task.writes.length === 0) continue;
    for (const ref of task.reads) {
      const table = resolver.resolve(ref, scopeOf(scopes, file));
      add({
        table,
        file,
        line: ref.line ?? task.lines[0],
        how: 'copies',
        origin: 'derived',
        confidence: 0.9,
      });
    }
  }
  return reads;
}
