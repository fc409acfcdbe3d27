import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { parse } from 'yaml';
import type { RunSummary } from '../../activities/contract.ts';
import { applySchedule, scheduleId } from '../../cli/schedule.ts';
import type { ClaimField, ClaimValue } from '../../schema/contracts/claims.ts';
import { readCards } from '../../store/cards.ts';
import { readLedger } from '../../store/claims.ts';
import { liveLeases, releaseLease, takeLease } from '../../store/leases.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { listRuns } from '../../store/runs.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, lastDay, repo, type ActivityName, type World } from '../support/pipeline.ts';
import { fixtures } from './found.ts';

let world: World;
/** What happens before an activity runs; a test may hold a night up here. */
let before: (name: ActivityName) => Promise<void> = async () => {};

const summaries = async (workflow: 'nightly' | 'backfill', input: object): Promise<RunSummary[]> =>
  (await (await world.start(workflow, input)).result()) as RunSummary[];

/** The message that a person sees, and whether trying again would help. */
async function failure(workflow: 'nightly' | 'enrichTable' | 'backfill', input: object) {
  const error: unknown = await (
    await world.start(workflow, input)
  )
    .result()
    .catch((thrown: unknown) => thrown);
  assert.ok(error instanceof WorkflowFailedError, String(error));
  let root: Error = error;
  while (root.cause instanceof Error) root = root.cause;
  return root as Error & { type?: string; nonRetryable?: boolean };
}

test('a later night is published', async () => {
  world = await createWorld({
    around: async (name, _args, run) => {
      await before(name);
      return run();
    },
  });
  assert.equal((await world.night()).outcome, 'published');
});

interface Row {
  readonly asOf: string;
  readonly tables?: { readonly present?: string[]; readonly absent?: string[] };
  readonly columns?: { readonly table: string; readonly present: string[]; readonly absent: string[] };
  readonly grain?: { readonly table: string; readonly keys: string[][] };
  readonly population?: { readonly table: string; readonly predicates: string[] };
  readonly upstream?: { readonly table: string; readonly present?: string[]; readonly absent?: string[] };
  readonly deprecated?: string[];
  readonly unchanged_on?: { readonly asOf: string; readonly table: string };
}
const rows = parse(readFileSync(join(fixtures, 'expected/history.yml'), 'utf8')) as Row[];

async function valuesAt<F extends ClaimField>(row: Row, table: string, field: F): Promise<ClaimValue<F>[]> {
  const entries = await readLedger(world.db, repo, row.asOf, { field, tables: [table] }, null, 1_000);
  return entries.map(({ claim }) => claim.value as ClaimValue<F>);
}

test('a backfill over the dates of history gives each night as it stood, and leaves the later one as it is', async () => {
  const published = await currentSnapshot(world.db, repo);
  const later = async () => await canonicalDump(world.db, ['published', 'snapshots']);
  const stateOf = async () =>
    [...(await pointedSets(world.db, repo, lastDay, 'card'))].map(
      ([table, set]) => `${table} ${set.outputHash}`,
    );
  const [dump, state] = [await later(), await stateOf()];

  const dates = [...new Set(rows.flatMap((row) => [row.asOf, row.unchanged_on?.asOf ?? row.asOf]))]
    .filter((date) => date < lastDay)
    .sort();
  const done: RunSummary[] = [];
  for (const [from, to] of ranges(dates)) done.push(...(await summaries('backfill', { from, to })));
  assert.deepEqual(done.map(({ asOf, outcome }) => [asOf, outcome]), dates.map((date) => [date, 'history'])); // prettier-ignore

  assert.deepEqual(dumpDifferences(dump, await later()), []);
  assert.deepEqual(await stateOf(), state);
  assert.equal((await currentSnapshot(world.db, repo))?.id, published?.id);
});

/** Runs of days that follow each other. */
function ranges(dates: readonly string[]): [string, string][] {
  const found: [string, string][] = [];
  for (const date of dates) {
    const last = found.at(-1);
    if (last && Date.parse(date) - Date.parse(last[1]) === 86_400_000) last[1] = date;
    else found.push([date, date]);
  }
  return found;
}

test('what held at earlier dates is what history.yml says', async () => {
  const missed: string[] = [];
  const check = (row: Row, holds: boolean, what: string) =>
    void (holds || missed.push(`${row.asOf} ${what}`));
  for (const row of rows) {
    const tables = await pointedSets(world.db, repo, row.asOf, 'card');
    for (const table of row.tables?.present ?? []) check(row, tables.has(table), `has ${table}`);
    for (const table of row.tables?.absent ?? []) check(row, !tables.has(table), `has no ${table}`);
    if (row.columns) {
      const [card] = await readCards(world.db, repo, [row.columns.table], { asOf: row.asOf });
      const names = new Set(card?.card.columns.map(({ column }) => column));
      for (const name of row.columns.present) check(row, names.has(name), `has column ${name}`);
      for (const name of row.columns.absent) check(row, !names.has(name), `has no column ${name}`);
    }
    if (row.grain) {
      const keys = (await valuesAt(row, row.grain.table, 'grain')).flatMap((grain) => grain.keys);
      for (const key of row.grain.keys)
        check(row, keys.some(({ columns }) => [...columns].sort().join() === [...key].sort().join()), `key ${key.join()}`); // prettier-ignore
    }
    if (row.population) {
      const found = (await valuesAt(row, row.population.table, 'population')).length;
      check(
        row,
        found === row.population.predicates.length,
        `${row.population.table} has ${row.population.predicates.length} predicates`,
      );
    }
    if (row.upstream) {
      const read = new Set((await valuesAt(row, row.upstream.table, 'upstream')).map(({ table }) => table));
      for (const table of row.upstream.present ?? []) check(row, read.has(table), `reads ${table}`);
      for (const table of row.upstream.absent ?? []) check(row, !read.has(table), `does not read ${table}`);
    }
    for (const table of row.deprecated ?? [])
      check(row, (await valuesAt(row, table, 'deprecated')).length > 0, `${table} is deprecated`);
    if (row.unchanged_on) {
      const { asOf, table } = row.unchanged_on;
      const derived = async (date: string) => (await pointedSets(world.db, repo, date, 'derive', [table])).get(table)?.outputHash; // prettier-ignore
      check(row, (await derived(row.asOf)) === (await derived(asOf)), `derives ${table} as on ${asOf}`);
    }
  }
  assert.deepEqual(missed, []);
});

test('a dry run says what it would do and leaves no run', async () => {
  const runs = (await listRuns(world.db, repo, 1_000)).length;
  const [summary] = await summaries('backfill', { from: '2026-09-30', dryRun: true, to: '2026-09-30' });
  assert.match(summary?.reason ?? '', /^dry run: \d+ of \d+ files would be parsed/);
  assert.equal((await listRuns(world.db, repo, 1_000)).length, runs);
});

test('a table name that fits none or several tables fails for good, with the nearest names', async () => {
  const none = await failure('enrichTable', { table: 'fct_order' });
  assert.match(none.message, /no table "fct_order".*acme-data\.marts\.fct_orders/s);
  assert.equal(none.type, 'UserError');
  const several = await failure('enrichTable', { table: 'invoices' });
  assert.match(several.message, /fits \d tables: .*backoffice\.finance\.invoices/);
});

test('one table is made fresh, and nothing else is published', async () => {
  const handle = await world.start('enrichTable', { table: 'marts.daily_sales', asOf: lastDay, force: true });
  const summary = (await handle.result()) as RunSummary;
  assert.equal(summary.outcome, 'unchanged');
  assert.deepEqual(new Set(world.counts().work.render.slice(-1)), new Set(['acme-data.marts.daily_sales']));
});

test('bad input fails for good and names the field', async () => {
  const wrong = await failure('nightly', { asof: '2026-10-20' });
  assert.match(wrong.message, /asof/);
  assert.equal(wrong.nonRetryable, true);
  assert.match((await failure('backfill', { from: '20 October' })).message, /from: /);
  assert.match(
    (await failure('nightly', { repo: 'elsewhere' })).message,
    /no repository "elsewhere".*acme-pipelines/s,
  );
  assert.match((await failure('nightly', { asOf: '2999-01-01' })).message, /future/);
  assert.match((await failure('backfill', { from: '2026-10-02', to: '2026-10-01' })).message, /after "to"/);
});

test('the schedule buffers all its nights', async () => {
  const { id } = await applySchedule(world.client, world.config, world.config.repos[0] as never);
  const described = await world.client.schedule.getHandle(id).describe();
  assert.equal(described.policies.overlap, 'BUFFER_ALL');
  await world.client.schedule.getHandle(id).delete();
});

test('a night of the schedule that finds another night under way is skipped, and says so', async () => {
  await applySchedule(world.client, world.config, world.config.repos[0] as never);
  const schedule = world.client.schedule.getHandle(scheduleId(repo));
  assert.equal((await takeLease(world.db, repo, '2026-10-01', 'another run', 600)).taken, true);
  try {
    await schedule.trigger();
    let started: string | undefined;
    while (
      (started = (await schedule.describe()).info.recentActions[0]?.action.workflow.workflowId) === undefined
    )
      await sleep(100);
    const [summary] = (await world.client.workflow.getHandle(started).result()) as RunSummary[];
    assert.equal(summary?.outcome, 'skipped');
    assert.match(summary.reason ?? '', /another run is still under way/);
  } finally {
    await releaseLease(world.db, repo, '2026-10-01', 'another run');
    await schedule.delete();
  }
});

test('of two runs of one night the second waits until the first has given the lease back', async () => {
  assert.equal((await takeLease(world.db, repo, lastDay, 'another run', 600)).taken, true);
  const handle = await world.start('nightly', { asOf: lastDay });
  await sleep(1_500);
  assert.equal((await handle.describe()).status.name, 'RUNNING');
  await releaseLease(world.db, repo, lastDay, 'another run');
  const [summary] = (await handle.result()) as RunSummary[];
  assert.equal(summary?.outcome, 'unchanged');
});

test('cancelled in the middle, a night leaves no lease and is reported so', async () => {
  let arrived = () => {};
  let leave = () => {};
  const middle = new Promise<void>((resolve) => (arrived = resolve));
  const gate = new Promise<void>((resolve) => (leave = resolve));
  before = async (name) => {
    if (name !== 'observe') return;
    arrived();
    await gate;
  };
  const handle = await world.start('nightly', { asOf: lastDay });
  await middle;
  await handle.cancel();
  leave();
  before = async () => {};
  await assert.rejects(handle.result(), WorkflowFailedError);
  assert.equal((await handle.describe()).status.name, 'CANCELLED');
  const [run] = await listRuns(world.db, repo, 1);
  assert.equal(run?.status, 'cancelled');
  assert.deepEqual(await liveLeases(world.db, repo), []);
});
