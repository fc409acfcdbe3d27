import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { Build, FileFacts, Use } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { readSql, readerVersion, type SqlStatement } from './index.ts';

/** Facts of a plain `.sql` file: what it builds, declares and reads. A file of bare queries is an analysis. */
export function readSqlFile(path: string, text: string, dialect: Dialect): FileFacts {
  const statements = readSql(text, { dialect, path });
  const count = (status: SqlStatement['status']) =>
    statements.filter((each) => each.status === status).length;
  return {
    path,
    reader: 'sql',
    version: readerVersion,
    dialect,
    ...buildsAndUses(statements),
    declarations: statements.flatMap((each) => each.declarations),
    jobs: [],
    diagnostics: statements.flatMap((each) => each.diagnostics),
    statements: {
      total: statements.length,
      parsed: count('parsed'),
      opaque: count('opaque'),
      failed: count('failed'),
    },
  };
}

const keyOf = (name: NameRef): string => name.parts.join('.').toLowerCase();

/** Follows a script in order: temporary tables are looked through, a delete before an insert makes it a replacement. */
export function buildsAndUses(statements: readonly SqlStatement[]): Pick<FileFacts, 'builds' | 'uses'> {
  const builds: Build[] = [];
  const uses: Use[] = [];
  const temporary = new Map<string, readonly NameRef[]>();
  const emptied = new Map<string, 'all_rows' | 'some_rows'>();
  const stored = (reads: readonly NameRef[]): NameRef[] => {
    const found = new Map<string, NameRef>();
    for (const name of reads)
      for (const each of temporary.get(keyOf(name)) ?? [name])
        if (!found.has(keyOf(each))) found.set(keyOf(each), each);
    return [...found.values()];
  };
  for (const statement of statements) {
    const reads = stored(statement.reads);
    const { build, removes } = statement;
    if (removes && removes.what !== 'table') emptied.set(keyOf(removes.table), removes.what);
    if (build) {
      const key = keyOf(build.target);
      const known = temporary.get(key);
      if (build.kind === 'temporary') temporary.set(key, reads);
      else if (known) temporary.set(key, [...known, ...reads]);
      builds.push({
        ...build,
        kind: known ? 'temporary' : build.kind,
        write: writeAfter(build, emptied.get(key)),
        reads,
      });
    } else if (reads.length > 0) {
      uses.push({
        kind: 'analysis',
        lines: statement.lines,
        reads,
        ...(statement.relation ? { relation: statement.relation } : {}),
      });
    }
  }
  return { builds, uses };
}

/** An append into a table that the same script has just emptied replaces it. */
function writeAfter(build: Build, emptied: 'all_rows' | 'some_rows' | undefined): Build['write'] {
  if (build.write !== 'append' || !emptied) return build.write;
  return emptied === 'all_rows' ? 'replace' : 'partition_overwrite';
}
