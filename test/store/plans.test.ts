/** With statistics the planner knows how many rows come out of a join over all tables, so that none is compared with all others. */
import assert from 'node:assert/strict';
import { CompiledQuery, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import type { Card } from '../../schema/contracts/card.ts';
import type { Tables } from '../../schema/tables.ts';
import { readCardVersions, readConflicts, saveCards } from '../../store/cards.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { readCardsOfSets } from '../../store/named-cards.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { pointTables } from '../../store/pointers.ts';
import { countCards } from '../../store/report.ts';
import { publishSnapshot, countEntries } from '../../store/snapshots.ts';
import { listTables } from '../../store/table-list.ts';
import { dropUnreachable } from '../../store/unreachable.ts';
import { withDatabases } from '../support/databases.ts';

const repo = 'shop';
const asOf = '2026-10-20';
const tables = Array.from({ length: 2_000 }, (_, index) => `shop.t${index}`);

/** Every table has a set of two stages and a card; every fifth card says that origins disagree. */
async function fill(db: Database): Promise<void> {
  const sets = await saveStageResults(db, repo, tables.flatMap((table) => (['link', 'card'] as const).map((stage) => ({ table, stage, inputHash: `${table} ${stage}`, claims: [], output: [table, stage] })))); // prettier-ignore
  const cards = sets
    .filter(({ stage }) => stage === 'card')
    .map(({ table, outputHash: hash }, index) => {
      const card = { table, conflicts: index % 5 === 0 ? [{}] : [] } as unknown as Card;
      return { table, hash, card, text: table, textHash: hash };
    });
  await saveCards(db, repo, cards);
  await pointTables(db, repo, asOf, sets);
  const versions = await readCardVersions(db, repo, { asOf });
  await publishSnapshot(db, { repo, asOf, commit: 'c', commitOrder: 1, run: 'r', base: null, removed: [], model: null, entries: versions.map(({ table, version, textHash }) => ({ kind: 'card', ref: table, version, textHash })) }); // prettier-ignore
}

interface Plan {
  readonly 'Node Type': string;
  readonly 'Plan Rows': number;
  readonly 'Actual Rows': number;
  readonly Plans?: readonly Plan[];
}

/** How many times as many rows as expected came out of a join: one that expects a single row goes through all others for each of those that come. */
function surprise(plan: Plan): number {
  const own = /Join|Nested Loop/.test(plan['Node Type']) ? plan['Actual Rows'] / Math.max(1, plan['Plan Rows']) : 0; // prettier-ignore
  return Math.max(own, ...(plan.Plans ?? []).map(surprise));
}

withDatabases('joins over all tables have the rows that the planner expects', async ({ db, url }) => {
  await fill(db);
  await sql`analyze`.execute(db);
  const asked = new Map<string, CompiledQuery>();
  const pool = new pg.Pool({ connectionString: url, max: 1 });
  const watched = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool }),
    log: ({ query }) => void asked.set(query.sql, query),
  });
  try {
    const sets = [...(await pointedSets(watched, repo, asOf, 'card'))];
    await readCardVersions(watched, repo, { asOf });
    await readConflicts(watched, repo, asOf, tables);
    await readCardsOfSets(watched, sets.map(([, { setId }]) => setId)); // prettier-ignore
    await countCards(watched, repo, asOf);
    await countEntries(watched, repo, 1);
    await listTables(watched, repo, asOf);
    await dropUnreachable(watched);
  } finally {
    await watched.destroy();
  }
  const reads = [...asked.values()].filter((query) => /^\s*(select|with)\b/i.test(query.sql));
  assert.ok(reads.length >= 7);
  for (const { sql: text, parameters } of reads) {
    const { rows } = await db.executeQuery<{ 'QUERY PLAN': [{ Plan: Plan }] }>(CompiledQuery.raw(`explain (analyze, format json) ${text}`, [...parameters])); // prettier-ignore
    const times = surprise(rows[0]?.['QUERY PLAN'][0].Plan as Plan);
    assert.ok(times < 50, `${times} times the rows expected, by: ${text}`);
  }
});
