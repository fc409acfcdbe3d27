import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { sql } from 'kysely';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { readCards } from '../../store/cards.ts';
import { readLedger } from '../../store/claims.ts';
import { currentEdges } from '../../store/edges.ts';
import { liveLeases } from '../../store/leases.ts';
import { listRuns } from '../../store/runs.ts';
import { readTexts } from '../../store/texts.ts';
import { emptyReading } from '../support/empty-reading.ts';
import { createWorld, lastDay, repo, type Counts, type World } from '../support/pipeline.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { fixtures } from './found.ts';

/** A weekday with the same code as the day before it, once the repository ends on the day that v1 of daily revenue was retired. */
const newDay = '2026-10-19';
const dayBefore = '2026-10-18';

const model = await startScriptedModelServer({
  otherwise: ({ input }) => ({
    answer: JSON.stringify(input).includes('fct_orders.sql')
      ? { ...emptyReading, purpose: ordersPurpose }
      : emptyReading,
  }),
});
const orders = 'dbt/models/marts/core/fct_orders.sql';
const ordersPurpose = {
  text: 'What revenue is counted from.',
  evidence: [{ path: orders, from: 1, to: 2 }],
  confidence: 0.9,
};
after(() => model.close());

const cost = ({ parsed, modelCalls, embedded, work }: Counts) => ({
  parsed: parsed.length,
  modelCalls,
  embedded: embedded.length,
  derived: work.derive.length,
  rendered: work.render.length,
});
const free = { parsed: 0, modelCalls: 0, embedded: 0, derived: 0, rendered: 0 };

async function counting(world: World, night: () => Promise<unknown>): Promise<Counts> {
  world.reset();
  await night();
  return world.counts();
}

async function downstreamOf(world: World, asOf: string, table: string): Promise<Set<string>> {
  const edges = await currentEdges(world.db, repo, asOf);
  const reached = new Set([table]);
  for (let grown = true; grown;) {
    const before = reached.size;
    for (const { table: reader, upstream } of edges) if (reached.has(upstream)) reached.add(reader);
    grown = reached.size > before;
  }
  return reached;
}

const within = (tables: readonly string[], allowed: ReadonlySet<string>) =>
  assert.deepEqual(tables.filter((table) => !allowed.has(table)), []); // prettier-ignore

const textOf = (world: World, path: string) => readFileSync(join(world.repoDir, path), 'utf8');
const folder = (world: World) => join(world.dir, 'query-log');

function copyLogs(target: string, wanted: (day: string) => boolean): void {
  mkdirSync(join(target, 'backoffice'), { recursive: true });
  for (const sub of ['', 'backoffice'])
    for (const name of readdirSync(join(fixtures, 'query-log', sub)))
      if (name.endsWith('.jsonl') && wanted(name.slice(0, 10)))
        cpSync(join(fixtures, 'query-log', sub, name), join(target, sub, name));
}

let world: World;

test('a night asks the model once about each table that code builds; its claims are inferred and cite lines', async () => {
  world = await createWorld({
    model,
    configure: (config, dir, git) => {
      git('branch', 'before', git('rev-list', '-1', `--before=${dayBefore}T23:59:59Z`, 'main'));
      copyLogs(join(dir, 'query-log'), (day) => day <= dayBefore);
      config.repos[0].logs = [
        { path: 'query-log/*.jsonl', dialect: 'bigquery' },
        { path: 'query-log/backoffice/*.jsonl', dialect: 'postgres' },
      ];
      config.repos[0].ref = 'before';
      config.model = { name: 'gpt-test', requestsPerMinute: 100_000, tokensPerMinute: 1_000_000_000 };
    },
  });
  const report = await world.night({ asOf: dayBefore });
  assert.equal(report.outcome, 'published');
  assert.deepEqual(report.quarantined, []);
  assert.equal(model.requests.length, world.counts().modelCalls);
  assert.equal(report.modelCalls, world.counts().work.infer.length);
  assert.ok(model.embeddingCalls.length > 0);
  const [entry] = await readLedger(
    world.db,
    repo,
    dayBefore,
    { origin: 'inferred', field: 'purpose' },
    null,
    10,
  );
  assert.equal(entry?.claim.table, 'acme-data.marts.fct_orders');
  assert.deepEqual(entry.claim.evidence.map((one) => one.kind === 'code' && [one.path, ...one.lines]), [[orders, 1, 2]]); // prettier-ignore
});

/** What the report counts in the ledger, without what the run itself did. */
const counted = ({ run: _, stages: _s, outcome: _o, snapshot: _i, seconds: _t, ...report }: RunReport) =>
  ({ ...report, modelCalls: 0, modelTokens: null, costUsd: null, embedding: null }); // prettier-ignore

test('the same night again parses nothing, asks nothing and embeds nothing, and its report says the same', async () => {
  const first = (await listRuns(world.db, repo, 1))[0]?.report;
  const reports: RunReport[] = [];
  const counts = await counting(world, async () => reports.push(await world.night({ asOf: dayBefore })));
  assert.deepEqual(cost(counts), free);
  // Not as the last night counted them, but anew.
  await sql`update tablelore.night set state_hash = null`.execute(world.db);
  reports.push(await world.night({ asOf: dayBefore }));
  assert.ok(first);
  assert.deepEqual(reports.map(counted), [counted(first), counted(first)]);
  assert.equal((await currentSnapshot(world.db, repo))?.run, reports.at(-1)?.run);
});

test('one new day of logs asks the model nothing and embeds at most 2 % of the cards', async () => {
  copyLogs(folder(world), (day) => day === newDay);
  const cards = await readCards(world.db, repo, null, { asOf: dayBefore });
  const before = new Set(cards.map((card) => card.textHash));
  const counts = await counting(world, () => world.night({ asOf: newDay }));
  assert.deepEqual({ ...cost(counts), embedded: 0, rendered: 0 }, free);
  const anew = (await readCards(world.db, repo, null, { asOf: newDay })).filter(
    (card) => !before.has(card.textHash),
  );
  const texts = await readTexts(world.db, anew.map((card) => card.textHash)); // prettier-ignore
  const embedded = [...texts.values()].filter((text) => counts.embedded.includes(text));
  assert.ok(embedded.length <= cards.length * 0.02, `${embedded.length} of ${cards.length} cards`);
  assert.ok(counts.work.render.length > 0, 'exact figures of use are on the cards');
});

test('one changed file is parsed alone, and only what is downstream of it is derived', async () => {
  world = await createWorld();
  await world.night();
  const path = 'dbt/models/marts/growth/daily_active_users.sql';
  world.commit({ [path]: textOf(world, path).replace("'login'", "'logout'") });
  const counts = await counting(world, () => world.night());
  assert.deepEqual(counts.parsed, [path]);
  const closure = await downstreamOf(world, lastDay, 'acme-data.marts.daily_active_users');
  within(counts.work.derive, closure);
  assert.ok(counts.work.derive.includes('acme-data.marts.daily_active_users'));
  assert.ok(counts.work.render.includes('acme-data.marts.daily_active_users'));
});

test('a changed file of macros has its users read again, and nothing else', async () => {
  const path = 'dbt/macros/money.sql';
  world.commit({ [path]: `${textOf(world, path)}\n{# now in cents #}\n`.replace('100', '1000') });
  const counts = await counting(world, () => world.night());
  const users = readdirSync(join(world.repoDir, 'dbt'), { recursive: true, encoding: 'utf8' })
    .map((name) => join('dbt', name))
    .filter(
      (name) =>
        name.endsWith('.sql') && name !== path && /\b(cents|micros)_to_eur\(/.test(textOf(world, name)),
    );
  assert.ok(users.length > 2);
  assert.deepEqual(counts.parsed.filter((name) => name !== path).sort(), users.sort());
  assert.deepEqual(counts.embedded.filter((text) => text.startsWith('Query on')), []); // prettier-ignore
});

test('one table alone is joined as the next night joins it, and compared with others by that night', async () => {
  const table = 'acme-data.marts.fct_order_items';
  const path = 'dbt/models/marts/core/fct_order_items.sql';
  const found = async () => {
    const entries = await readLedger(world.db, repo, lastDay, { tables: [table], field: ['join', 'similar'], origin: 'derived' }, null, 100); // prettier-ignore
    return entries.map(({ claim }) => claim);
  };
  const joins = async () => (await found()).filter(({ field }) => field === 'join');
  const alike = async () => (await found()).flatMap(({ field, value }) => (field === 'similar' ? JSON.stringify(value) : [])).sort(); // prettier-ignore
  const before = { joins: await joins(), alike: await alike() };
  world.commit({ [path]: textOf(world, path).replace('orders.order_id = items.order_id', 'orders.order_id = items.order_id and orders.customer_id = items.unit_count') }); // prettier-ignore
  await (await world.start('enrichTable', { table, asOf: lastDay })).result();
  const alone = await joins();
  assert.notDeepEqual(alone, before.joins);
  assert.deepEqual(await alike(), before.alike);
  await world.night();
  assert.deepEqual(await joins(), alone);
  world.commit({ [path]: textOf(world, path).replace(' and orders.customer_id = items.unit_count', '') });
  await world.night();
});

test('a change that was published alone, and is withdrawn before the night, is withdrawn from what readers see', async () => {
  const table = 'acme-data.marts.fct_orders';
  const yml = 'dbt/models/marts/core/_core.yml';
  const text = textOf(world, yml);
  const seen = async () => {
    const snapshot = await currentSnapshot(world.db, repo);
    return JSON.stringify((await readCards(world.db, repo, [table], { snapshot: snapshot?.id ?? 0 }))[0]?.card); // prettier-ignore
  };
  await world.night();
  world.commit({ [yml]: text.replace('Orders of the business:', 'Orders made fresh:') });
  await (await world.start('enrichTable', { table, asOf: lastDay })).result();
  assert.match(await seen(), /Orders made fresh:/);
  world.commit({ [yml]: text });
  assert.equal((await world.night()).outcome, 'published');
  assert.match(await seen(), /Orders of the business:/);
});

test('a night that cannot begin keeps no other from beginning', async () => {
  await assert.rejects((await world.start('nightly', { asOf: '2000-01-01' })).result());
  assert.deepEqual(await liveLeases(world.db, repo), []);
  const [last] = await listRuns(world.db, repo, 1);
  assert.deepEqual([last?.asOf, last?.status, last?.report], ['2000-01-01', 'failed', null]);
  assert.match(last?.reason ?? '', /no commit on or before 2000-01-01/);
});

test('a table whose file is deleted is retired', async () => {
  const table = 'acme-data.marts.tickets_per_customer_weekly';
  const isKnown = async () => (await pointedSets(world.db, repo, lastDay, 'card')).has(table);
  assert.ok(await isKnown());
  world.commit({ 'dbt/models/marts/support/tickets_per_customer_weekly.sql': null });
  const counts = await counting(world, () => world.night());
  assert.deepEqual(counts.parsed, ['dbt/models/marts/support/_support_marts.yml'], 'what describes it');
  assert.equal(await isKnown(), false);
  const current = await currentSnapshot(world.db, repo);
  assert.deepEqual(await readCards(world.db, repo, [table], { snapshot: current?.id ?? 0 }), []);
});
