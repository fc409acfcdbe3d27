/**
 * Measures how long publishing makes others wait: `DATABASE_URL=postgres://… node bench/publish-lock.ts [--cards 90000]`, on an empty database. Publishes so
 * many cards, the same again, and 1 % changed three times, while another connection asks for the repository's lock over and over; its longest wait is told.
 */
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Card } from '../schema/contracts/card.ts';
import { explain } from '../schema/contracts/errors.ts';
import { saveCards } from '../store/cards.ts';
import { openDatabase, type Database } from '../store/database.ts';
import { migrate } from '../store/migrate.ts';
import { holdRepo } from '../store/repos.ts';
import { currentSnapshot, publishSnapshot } from '../store/snapshots.ts';
import { vacuum } from '../store/upkeep.ts';

const repo = 'bench';
const nights = ['first', 'nothing changed', '1 % changed', '1 % changed again', 'and again'];

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { cards: { type: 'string', default: '90000' } } });
  const url = process.env.DATABASE_URL;
  if (url === undefined) throw new Error('DATABASE_URL names no server.');
  const db = openDatabase(url, { max: 2 });
  try {
    await migrate(db);
    for (const [night, name] of nights.entries()) {
      const waited = await publishNight(db, Number(values.cards), night);
      console.log(`${name}: another waits ${waited.toFixed(0)} ms at most`);
      // As autovacuum does in time.
      if (night === 0) await vacuum(db);
    }
  } finally {
    await db.destroy();
  }
}

/** Milliseconds that another transaction waited at most while the night was published. */
async function publishNight(db: Database, count: number, night: number): Promise<number> {
  const cards = Array.from({ length: count }, (_, at) => {
    const changed = night < 2 ? 0 : at % 100 < night - 1 ? (at % 100) + 1 : 0;
    const text = `card ${at} ${changed}`.padEnd(64, '.');
    return { table: `acme.sales.table_${at}`, hash: text, text, textHash: text, card: {} as Card };
  });
  const versions = await saveCards(db, repo, cards);
  const publishing = publishSnapshot(db, {
    repo,
    asOf: `2026-01-0${night + 1}`,
    commit: 'c',
    commitOrder: 1,
    run: `night ${night}`,
    base: (await currentSnapshot(db, repo))?.id ?? null,
    entries: cards.map(({ table, textHash }) => ({ kind: 'card', ref: table, version: versions.get(table) ?? 0, textHash })),
    removed: 'all-others',
    model: null,
  }); // prettier-ignore
  let ended = false;
  let longest = 0;
  const other = (async () => {
    while (!ended) {
      const from = performance.now();
      await db.transaction().execute((trx) => holdRepo(trx, repo));
      longest = Math.max(longest, performance.now() - from);
      await sleep(2);
    }
  })();
  await publishing.finally(() => (ended = true));
  await other;
  return longest;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
