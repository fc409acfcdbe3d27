/** What historical queries read and join, as their texts say it. */
import { deriveTable } from '../../inference/derive/derive.ts';
import { createNameResolver } from '../../inference/link/names.ts';
import type { JoinObservation } from '../../knowledge/rank/observed-joins.ts';
import { initSqlReader, readSql, readerVersion } from '../../parsers/sql/index.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { NameRef, TableId } from '../../schema/contracts/names.ts';
import { saveAnalyses, type StoredTemplate } from '../../store/queries.ts';
import type { ActivityDeps } from '../deps.ts';

/** What a template reads and joins. Names are as short as it writes them: which tables they are depends on the night. */
export interface TemplateAnalysis {
  readonly tables: readonly TableId[];
  readonly joins: readonly Pick<JoinObservation, 'left' | 'right'>[];
}

/** By fingerprint. Templates that no reader like this one has read are read now, and what they say is stored. */
export async function analysesOf(
  { db }: Pick<ActivityDeps, 'db'>,
  repo: string,
  dialect: Dialect,
  templates: readonly StoredTemplate[],
): Promise<Map<string, TemplateAnalysis>> {
  const version = `${readerVersion}/${dialect}`;
  const analyses = new Map<string, TemplateAnalysis>();
  const unread: string[] = [];
  await initSqlReader();
  for (const { fingerprint, sql, analysis, readerVersion: by } of templates) {
    if (by !== version) unread.push(fingerprint);
    analyses.set(fingerprint, by === version ? (analysis as TemplateAnalysis) : analyseTemplate(sql, dialect)); // prettier-ignore
  }
  const read = unread.map((fingerprint) => ({ fingerprint, analysis: analyses.get(fingerprint) }));
  await saveAnalyses(db, repo, version, read);
  return analyses;
}

const asWritten = createNameResolver({ defaults: [], targets: [] }, []);

function analyseTemplate(sql: string, dialect: Dialect): TemplateAnalysis {
  const tables = new Set<TableId>();
  const joins: TemplateAnalysis['joins'][number][] = [];
  const resolve = (ref: NameRef) => asWritten.resolve(ref, { path: '', dialect });
  for (const statement of readSql(sql, { dialect })) {
    for (const read of statement.reads) tables.add(resolve(read));
    const relation = statement.relation ?? statement.build?.relation;
    if (relation === undefined) continue;
    const build = {
      target: { parts: ['?'] },
      kind: 'table',
      write: 'replace',
      lines: [1, 1],
      relation,
      reads: statement.reads,
    } as const;
    const derived = deriveTable({ table: '?', path: '', builds: [build], resolve, upstream: () => null });
    for (const { left, right, through } of derived.joins) if (through === 'code') joins.push({ left, right });
  }
  return { tables: [...tables].sort(), joins };
}
