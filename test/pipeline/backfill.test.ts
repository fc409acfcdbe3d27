import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { parse } from 'yaml';
import type { RunPreview, RunSummary } from '../../activities/contract.ts';
import { applySchedule, scheduleId } from '../../cli/schedule.ts';
import type { ClaimField, ClaimValue } from '../../schema/contracts/claims.ts';
import { readCards } from '../../store/cards.ts';
import { readLedger } from '../../store/claims.ts';
import { liveLeases, releaseLease, takeLease } from '../../store/leases.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { listRuns } from '../../store/runs.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { canonicalDump, dumpDifferences } from '../support/canonical-dump.ts';
import { createWorld, lastDay, repo, type Around, type World } from '../support/pipeline.ts';
import { startScriptedModelServer } from '../support/scripted-model-server.ts';
import { asksAboutFew, stopsOnce } from './asks-no-more.ts';
import { fixtures } from './found.ts';
import { withShortRuns } from '../replay/history.ts';
import { keepsNewerCommit } from './newer-commit.ts';
import { makesOneTableFresh, waitsForLease } from './single-runs.ts';
import { countsWhatScopeDerives, leavesOutWhatIsDone } from './dry-runs.ts';
import { manyChunks } from './many-chunks.ts';
import { emptyReading } from '../support/empty-reading.ts';

let world: World;
/** Runs in place of an activity; a test may hold a night up here, or give it other work. */
const undisturbed: Around = (_name, _args, run) => run();
let around = undisturbed;

/** Every answer costs a dollar. */
const model = await startScriptedModelServer({
  otherwise: () => ({ answer: emptyReading, usage: { input: 1_000_000, cachedInput: 0, output: 0 } }),
});
after(() => model.close());

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
    model,
    workflows: (code) => withShortRuns(code, 400),
    around: (...call) => around(...call),
    configure: (config) => {
      config.embeddings = { provider: 'local' };
      config.model = {
        name: 'gpt-test',
        requestsPerMinute: 100_000,
        tokensPerMinute: 1_000_000_000,
        tablesPerNight: 4,
        prices: { input: 1, cachedInput: 1, output: 1 },
      };
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
  const done: (readonly [string, string])[] = [];
  for (const [from, to] of ranges(dates.filter((date) => !(date > five[0] && date <= five[1])))) {
    const nights = from === five[0] ? await bySchedule(...five) : await summaries('backfill', { from, to, budget: { modelTables: 0 } }); // prettier-ignore
    done.push(...nights.map(({ asOf, outcome }) => [asOf, outcome] as const));
  }
  assert.deepEqual(done.filter(([date]) => dates.includes(date)), dates.map((date) => [date, 'history'])); // prettier-ignore

  assert.deepEqual(dumpDifferences(dump, await later()), []);
  assert.deepEqual(await stateOf(), state);
  assert.equal((await currentSnapshot(world.db, repo))?.id, published?.id);
});

/** Five days that the schedule's own Backfill is asked for, with the overlap left to the schedule's policy. */
const five = ['2026-10-11', '2026-10-15'] as const;

/** The nights that came of it, in the order in which they began. */
async function bySchedule(from: string, to: string) {
  await applySchedule(world.client, world.config, world.config.repos[0] as never);
  const schedule = world.client.schedule.getHandle(scheduleId(repo));
  assert.equal((await schedule.describe()).policies.overlap, 'BUFFER_ALL');
  await schedule.backfill({ start: new Date(`${from}T00:00:00Z`), end: new Date(`${to}T23:59:59Z`) });
  const begun = async () =>
    (await listRuns(world.db, repo, 100)).filter((run) => run.workflow === 'nightly' && run.asOf !== lastDay);
  let nights = await begun();
  while (nights.length < 5 || nights.some(({ status }) => status === 'running')) {
    await sleep(200);
    nights = await begun();
  }
  await schedule.delete();
  nights.reverse();
  assert.deepEqual(nights.map(({ asOf }) => asOf), ['11', '12', '13', '14', '15'].map((day) => `2026-10-${day}`)); // prettier-ignore
  return nights.map(({ asOf, status }) => ({ asOf, outcome: status }));
}

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

/** What a run's stages did: those that ran. */
const stagesOf = async (summary: Pick<RunSummary, 'run'> | undefined) =>
  (await world.report(summary as RunSummary)).stages.filter((stage) => stage.skipped === null);

test('a dry run says for each night what it would do and cost, and leaves no run', async () => {
  const runs = (await listRuns(world.db, repo, 1_000)).length;
  const ask = async (input: object) =>
    (await (await world.start('backfill', { ...input, dryRun: true })).result()) as RunPreview;
  const { nights, inWords } = await ask({ from: '2026-10-06', to: '2026-10-07' });
  assert.deepEqual(nights.map(({ asOf }) => asOf), ['2026-10-06', '2026-10-07']); // prettier-ignore
  assert.match(
    inWords[0] ?? '',
    /, 0 tables to derive, .* up to \d+ new files, which are known and priced once/,
  );
  assert.deepEqual([nights[1]?.toParse, nights[1]?.toDerive, nights[1]?.modelTables], [0, 0, 4]);
  assert.equal(nights[1]?.usd, 4);
  assert.match(
    inWords.at(-1) ?? '',
    /^2 of 2 nights would run, at most: \d+ of \d+ files to parse, \d+ tables/,
  );
  const layers = await ask({ from: '2026-10-06', to: '2026-10-07', layers: ['infer'], budget: { modelTables: 3 } }); // prettier-ignore
  assert.match(layers.inWords[0] ?? '', /nothing, the night of 2026-10-06 is not done/);
  assert.match(layers.inWords[1] ?? '', / 0 of \d+ files to parse, 0 tables to derive, 3 of 76 tables for the model .*\$3\.00/); // prettier-ignore
  const night = (await (
    await world.start('nightly', { asOf: '2026-10-07', dryRun: true })
  ).result()) as RunPreview;
  assert.deepEqual(night.nights, nights.slice(1), 'a night alone is told like one of a backfill');
  assert.equal((await listRuns(world.db, repo, 1_000)).length, runs);
});

test('a dry run of some tables counts what the run derives', () => countsWhatScopeDerives(world));

test('redoing a layer does that layer and what follows from it, and nothing else', async () => {
  const night = { from: '2026-10-08', to: '2026-10-08' };
  const redo = async (...layers: string[]) => {
    world.reset();
    const [summary] = await summaries('backfill', { ...night, layers });
    const { parsed, modelCalls, work } = world.counts();
    return {
      stages: (await stagesOf(summary)).map(({ stage }) => stage).join(' '),
      did: [parsed.length > 0, work.derive.length > 0, modelCalls > 0, work.render.length > 10],
    };
  };
  const cards = 'render embed publish';
  const static_ = `crawl parse link derive observe ${cards}`;
  assert.deepEqual(await redo('parse'), { stages: static_, did: [true, false, false, false] });
  assert.deepEqual(await redo('derive'), { stages: static_, did: [false, true, false, false] });
  assert.deepEqual(await redo('infer'), { stages: `infer ${cards}`, did: [false, false, true, false] });
  assert.deepEqual(await redo('observe'), { stages: `observe ${cards}`, did: [false, false, false, false] });
  assert.deepEqual(await redo('render'), { stages: cards, did: [false, false, false, true] });
  assert.deepEqual(await redo('embed'), { stages: 'embed publish', did: [false, false, false, false] });
  const [none] = await summaries('backfill', { from: '2026-10-06', to: '2026-10-06', layers: ['embed'] });
  assert.equal(none?.outcome, 'skipped');
  assert.match(none.reason ?? '', /not done/);
});

test('a budget in dollars stops the model for all nights, and the rest goes on', async () => {
  world.reset();
  const input = { from: '2026-10-08', to: '2026-10-09', layers: ['infer'], budget: { usd: 2 } };
  // One table after the other: those that the model reads when the money is spent are read to their end.
  let before: Promise<unknown> = Promise.resolve();
  around = (name, _args, run) =>
    name === 'infer' ? (before = before.catch(() => undefined).then(run)) : run();
  const nights = await summaries('backfill', input);
  around = undisturbed;
  assert.deepEqual(nights.map(({ outcome }) => outcome), ['history', 'history']); // prettier-ignore
  assert.match(nights[0]?.reason ?? '', /budget is spent: 74 tables wait/);
  assert.equal(world.counts().modelCalls, 2);
  const stages = (await world.report(nights[1] as RunSummary)).stages;
  assert.match(stages.find(({ stage }) => stage === 'infer')?.skipped ?? '', /budget of the run is spent/);
});

test('a server that takes no call stops the stage once, with a line in the report, and puts no table aside', () =>
  stopsOnce(world, (instead) => (around = instead)));

test('a night that may ask about few tables says how many are left', () =>
  asksAboutFew(world, (instead) => (around = instead)));

test('started again under its id with the same input, a backfill leaves out the nights that it did', async () => {
  const inputOf = (layers: string[]) => ({ from: '2026-10-08', to: '2026-10-09', layers });
  const again = async (layers: string[]) =>
    (await (await world.start('backfill', inputOf(layers), 'resumed')).result()) as RunSummary[];
  const first = await again(['embed']);
  assert.deepEqual(first.map(({ outcome }) => outcome), ['history', 'history']); // prettier-ignore
  const second = await again(['embed']);
  assert.deepEqual(second.map(({ outcome }) => outcome), ['skipped', 'skipped']); // prettier-ignore
  assert.match(second[0]?.reason ?? '', /^resumed\/.* did it already/);
  await leavesOutWhatIsDone(world, 'resumed', inputOf(['embed']), second);
  assert.equal((await again(['render']))[0]?.outcome, 'history');
});

test('a stage of many chunks heeds pause and speed, and its histories stay short', (t) =>
  manyChunks(world, (instead) => (around = instead), t));

test('a table name that fits none or several tables fails for good, with the nearest names', async () => {
  const none = await failure('enrichTable', { table: 'fct_order' });
  assert.match(none.message, /no table "fct_order".*acme-data\.marts\.fct_orders/s);
  assert.equal(none.type, 'UserError');
  const several = await failure('enrichTable', { table: 'invoices' });
  assert.match(several.message, /fits \d tables: .*backoffice\.finance\.invoices/);
});

test('one table is made fresh, and nothing else is parsed or published', () => makesOneTableFresh(world));

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

test('of two runs of one night the second waits until the first has given the lease back', () =>
  waitsForLease(world));

test('cancelled in the middle, a night leaves no lease and is reported so', async () => {
  let arrived = () => {};
  let leave = () => {};
  const middle = new Promise<void>((resolve) => (arrived = resolve));
  const gate = new Promise<void>((resolve) => (leave = resolve));
  around = async (name, _args, run) => {
    if (name !== 'observe') return run();
    arrived();
    await gate;
    return run();
  };
  const handle = await world.start('nightly', { asOf: lastDay });
  await middle;
  await handle.cancel();
  leave();
  around = undisturbed;
  await assert.rejects(handle.result(), WorkflowFailedError);
  assert.equal((await handle.describe()).status.name, 'CANCELLED');
  const [run] = await listRuns(world.db, repo, 1);
  assert.equal(run?.status, 'cancelled');
  assert.deepEqual(await liveLeases(world.db, repo), []);
});

test('a table made fresh from a newer commit in the middle of a night stays so, and the next night keeps it', () =>
  keepsNewerCommit(world, (instead) => (around = instead)));

test('the schedule’s Trigger runs the night of today', async () => {
  await applySchedule(world.client, world.config, world.config.repos[0] as never);
  const schedule = world.client.schedule.getHandle(scheduleId(repo));
  await schedule.trigger();
  const today = new Date().toISOString().slice(0, 10);
  const ended = async () => {
    const [last] = await listRuns(world.db, repo, 1);
    return last?.asOf === today && last.status !== 'running' ? last.status : null;
  };
  let status: string | null;
  while ((status = await ended()) === null) await sleep(200);
  await schedule.delete();
  assert.match(status, /published|unchanged/);
  assert.equal((await currentSnapshot(world.db, repo))?.asOf, today);
});

test('what ended a night is told also when its end cannot be recorded', async () => {
  const gone: Readonly<Record<string, string>> = {
    crawl: 'the repository is gone',
    finishRun: 'the database is gone',
  };
  around = (name, _args, run) =>
    name in gone ? Promise.reject(ApplicationFailure.nonRetryable(gone[name])) : run();
  assert.equal((await failure('nightly', { asOf: '2026-09-28' })).message, gone.crawl);
  around = undisturbed;
  for (const { asOf, holder } of await liveLeases(world.db, repo))
    await releaseLease(world.db, repo, asOf, holder);
});
