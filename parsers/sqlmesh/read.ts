/** SQLMesh's `.sql` files: models and audits with a head, whose SQL holds macros (`@start_date`, `@EACH(…)`). */
import { dialects, type Dialect } from '../../schema/contracts/dialect.ts';
import type { Build, Declaration, FileFacts } from '../../schema/contracts/facts.ts';
import { readEmbeddedSql, type EmbeddedSql } from '../embedded-sql.ts';
import { findings } from '../reader.ts';
import { hole, templatesToHoles } from '../runtime-text.ts';
import { tableName } from '../table-name.ts';
import { declarationsOf } from './declarations.ts';
import { listOf, plain, splitSqlmesh, type SqlmeshFile } from './header.ts';
import { keptAs } from './kind.ts';

type Facts = Omit<FileFacts, 'reader' | 'version'>;

/** Null: the file is none of SQLMesh. */
export function readSqlmesh(path: string, text: string, dialect: Dialect): Facts | null {
  const file = splitSqlmesh(text);
  if (file === null) return null;
  const own = dialectOf(file) ?? dialect;
  const facts: Facts = { path, dialect: own, ...findings() };
  if (file.kind === 'metric' || /^false$/i.test(file.properties.get('enabled')?.text ?? '')) return facts;
  const sql = readEmbeddedSql(withoutMacros(file.body), { dialect: own, path, lineMap: (line) => line });
  const { diagnostics, statements } = sql;
  const lines = [file.line, Math.max(file.line, text.trimEnd().split('\n').length)] as const;
  if (file.kind === 'audit') {
    const uses = [{ kind: 'test', lines, reads: sql.query?.reads ?? [] } as const];
    return { ...facts, uses: uses.filter(({ reads }) => reads.length > 0), diagnostics, statements };
  }
  const target = tableName(plain(file.properties.get('name')?.text ?? ''), file.line);
  if (target === null)
    return { ...facts, builds: sql.builds, declarations: sql.declarations, diagnostics, statements };
  const declared = declarationsOf(target, file.properties);
  const build = buildOf(file, sql, { target, lines }, declared);
  const external: Declaration = { declares: 'kind', table: target, lines, kind: 'external' };
  return {
    ...facts,
    builds: build === null ? sql.builds : [...sql.builds, build],
    declarations: [...sql.declarations, ...declared, ...(build === null ? [external] : [])],
    diagnostics,
    statements,
  };
}

function buildOf(
  file: SqlmeshFile,
  { query }: EmbeddedSql,
  place: Pick<Build, 'target' | 'lines'>,
  declared: readonly Declaration[],
): Build | null {
  const [, kind = '', given = ''] = /^(\w*)\s*([^]*)$/.exec(file.properties.get('kind')?.text ?? '') ?? [];
  const settings = new Map(
    listOf(given).map((item) => {
      const [, name = '', value = ''] = /^(\w+)\s*([^]*)$/.exec(item) ?? [];
      return [name.toLowerCase(), value];
    }),
  );
  const kept = keptAs(kind, settings);
  if (kept === null) return null;
  const columnsOf = (what: 'partition' | 'clustering'): readonly string[] =>
    declared.flatMap((one) => (one.declares === what ? one.columns : []));
  const [partitionBy, clusterBy] = [columnsOf('partition'), columnsOf('clustering')];
  return {
    ...place,
    ...kept,
    ...(partitionBy.length > 0 && { partitionBy }),
    ...(clusterBy.length > 0 && { clusterBy }),
    reads: query?.reads ?? [],
    ...(query?.relation !== undefined && { relation: query.relation }),
    by: place.target.parts.join('.'),
  };
}

function dialectOf(file: SqlmeshFile): Dialect | undefined {
  const name = plain(file.properties.get('dialect')?.text ?? '')
    .toLowerCase()
    .split(',')[0];
  return dialects.find((one) => one === (name === 'hive' ? 'spark' : name));
}

/** Audits behind the model that they test: their queries are not the model's. */
const audits = /(^|;)\s*AUDIT\s*\([^]*$/i;

/** Macro variables as holes, macro functions as functions; macros that are statements of their own are gone. Lines stay. */
function withoutMacros(text: string): string {
  return templatesToHoles(text.replace(audits, '$1'))
    .replace(/\bJINJA_(?:QUERY|STATEMENT)_BEGIN\s*;?|\bJINJA_END\s*;?/g, '')
    .replace(
      /(^|;)(\s*)@\w+\s*\((?:[^()']|'[^']*'|\((?:[^()']|'[^']*'|\([^()]*\))*\))*\)\s*(?=;|$)/g,
      (all, before: string) => before + all.slice(before.length).replace(/[^\n]/g, ''),
    )
    .replace(/(?<![\w'"@])@(?=\w+\s*\()/g, '')
    .replace(/(?<![\w'"@])@(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, bare: string | undefined) =>
      hole(braced ?? bare ?? 'macro'),
    );
}
