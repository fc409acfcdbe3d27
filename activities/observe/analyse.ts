/** What historical queries read and join. */
import { createNameResolver, type NameResolver } from '../../inference/link/names.ts';
import { deriveTable } from '../../inference/derive/derive.ts';
import type { JoinObservation } from '../../knowledge/rank/observed-joins.ts';
import { readSql, readerVersion } from '../../parsers/sql/index.ts';
import type { RepoConfig } from '../../schema/contracts/config.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { saveTemplates, templatesToAnalyse, type StoredTemplate } from '../../store/queries.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { hashOf } from '../hash.ts';

/** What a template reads and joins. */
export interface TemplateAnalysis {
  readonly tables: readonly string[];
  readonly joins: readonly Pick<JoinObservation, 'left' | 'right'>[];
}

const page = 500;

/** Finds what templates read and join, again when the reader or the set of tables changed. Returns whether any was analysed. */
export async function analyse(
  deps: ActivityDeps,
  handle: RunHandle,
  config: RepoConfig,
  signal: AbortSignal,
): Promise<boolean> {
  const { db } = deps;
  const tables = [...(await pointedSets(db, handle.repo, handle.asOf, 'link')).keys()].sort();
  const version = `${readerVersion}/${hashOf(tables).slice(0, 16)}`;
  // Logs say nothing of where a short name stands: only the one known table that ends in it is meant.
  const resolver = createNameResolver({ defaults: [], targets: config.targets }, tables);
  let after = '';
  let any = false;
  for (;;) {
    signal.throwIfAborted();
    const batch = await templatesToAnalyse(db, handle.repo, version, after, page);
    if (batch.length === 0) return any;
    any = true;
    after = batch.at(-1)?.fingerprint ?? '';
    const analysed = batch.map(({ fingerprint, sql }): StoredTemplate => {
      const analysis = analyseTemplate(sql, config.dialect ?? 'generic', resolver);
      return { fingerprint, sql, tables: analysis.tables, analysis, readerVersion: version };
    });
    await saveTemplates(db, handle.repo, analysed);
    await new Promise(setImmediate);
  }
}

function analyseTemplate(sql: string, dialect: Dialect, resolver: NameResolver): TemplateAnalysis {
  const tables = new Set<string>();
  const joins: TemplateAnalysis['joins'][number][] = [];
  const resolve = (ref: NameRef) => resolver.resolve(ref, { path: '', dialect });
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
