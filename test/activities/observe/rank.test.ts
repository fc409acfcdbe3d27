import assert from 'node:assert/strict';
import type { RunHandle } from '../../../activities/contract.ts';
import type { ActivityDeps } from '../../../activities/deps.ts';
import { rankQueries } from '../../../activities/observe/rank.ts';
import { configSchema } from '../../../schema/contracts/config.ts';
import { saveStageResults } from '../../../store/claim-sets.ts';
import type { Database } from '../../../store/database.ts';
import { pointTables } from '../../../store/pointers.ts';
import { readRanks } from '../../../store/queries.ts';
import { ingestLogFile } from '../../../store/usage.ts';
import { withDatabases } from '../../support/databases.ts';

const repo = 'shop';
const config = configSchema.parse({ repos: [{ name: repo, url: '.' }] });
const sql = 'select * from orders o join customers c on o.customer_id = c.id';
const days = ['2025-01-01', '2025-01-02'].map((day) => ({
  ...{ fingerprint: 'f', day, source: 'dashboard', runs: 5, failures: 0 },
  ...{ users: ['u1', 'u2'], roles: { analyst: 5 } },
}));
const log = { path: 'log', hash: 'h', dayFrom: null, dayTo: null, lines: 2, badLines: 0, problems: [] };

/** From `asOf` on the repository has these tables, and not `gone`. */
async function tablesFrom(
  db: Database,
  asOf: string,
  tables: readonly string[],
  gone: readonly string[] = [],
) {
  const results = tables.map((table) => ({ table, stage: 'link' as const, inputHash: asOf, claims: [], output: null })); // prettier-ignore
  const saved = await saveStageResults(db, repo, results);
  await pointTables(db, repo, asOf, [...saved, ...gone.map((table) => ({ table, stage: 'link' as const, setId: null }))]); // prettier-ignore
}

withDatabases('nights of several dates side by side rank queries each by its own tables', async ({ db }) => {
  await ingestLogFile(db, repo, log, [{ fingerprint: 'f', sql }], days);
  await tablesFrom(db, '2025-01-01', ['raw.orders', 'raw.customers']);
  await tablesFrom(db, '2025-01-02', ['shop.orders'], ['raw.orders']);
  const night = async (asOf: string) => {
    const handle = { run: asOf, repo, asOf } as unknown as RunHandle;
    const seen = await rankQueries({ db, config } as ActivityDeps, handle, new AbortController().signal);
    const [ranked] = await readRanks(db, repo, asOf);
    const sides = seen.joins.map(({ left, right }) => [left.table, right.table].sort());
    return { ranked: ranked?.query.tables, runs: ranked?.query.runs, used: [...seen.use.keys()].sort(), joined: sides[0] }; // prettier-ignore
  };
  const all = (runs: number, tables: string[]) => ({ ranked: tables, runs, used: tables, joined: tables });
  const expected = [all(5, ['raw.customers', 'raw.orders']), all(10, ['raw.customers', 'shop.orders'])];
  const both = () => Promise.all(['2025-01-01', '2025-01-02'].map(night));
  assert.deepEqual(await both(), expected);
  assert.deepEqual(await both(), expected);
  assert.deepEqual(await night('2025-01-01'), expected[0], 'after the later one');
});
