/** The report of each night of the fixture's history says what that day's commits changed: fixtures/expected/changes.yml. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import test from 'node:test';
import { parse, stringify } from 'yaml';
import type { RunSummary } from '../../activities/contract.ts';
import { measureChanges } from '../../activities/changes.ts';
import { runReportSchema, type RunReport } from '../../schema/contracts/runs.ts';
import { droppedNights } from '../../store/nights.ts';
import { createWorld, lastDay, repo } from '../support/pipeline.ts';
import { fixtures } from './found.ts';

const path = join(fixtures, 'expected/changes.yml');
/** Days of commits, and one without. */
const days = [
  ['2026-09-28', '2026-10-02'],
  ['2026-10-05', '2026-10-10'],
  ['2026-10-12', '2026-10-14'],
  ['2026-10-16', '2026-10-16'],
  ['2026-10-19', lastDay],
] as const;

const world = await createWorld({
  configure: (config) => {
    config.repos[0].logs = [];
    config.keepDays = 30;
  },
});
const summaries: RunSummary[] = [];
for (const [from, to] of days)
  summaries.push(...((await (await world.start('backfill', { from, to })).result()) as RunSummary[]));
const reports: RunReport[] = [];
for (const summary of summaries) reports.push(await world.report(summary));

/** What a reader of the history would say of the day; fields that say nothing are left out. */
function told({ asOf, changes }: RunReport): object {
  assert.ok(changes !== null);
  const { newTables, retiredTables, changedTables, grainChanges, lostUpstreams, newConflicts } = changes;
  const all = {
    new: newTables.listed.map(short),
    retired: retiredTables.listed.map(short),
    changed: Object.fromEntries(changedTables.listed.map(({ table, fields }) => [short(table), fields.join(', ')])),
    grain: grainChanges.listed.map(({ table, before, after }) => `${short(table)}: ${before ?? '?'} → ${after ?? '?'}`),
    lost: lostUpstreams.listed.map(({ table, upstream, retired }) => `${short(table)} ← ${short(upstream)}${retired ? ' (retired)' : ''}`),
    conflicts: newConflicts.listed.map(({ table, field }) => `${short(table)} ${field}`),
    diagnostics: changes.newDiagnostics.listed.map(({ code, path }) => `${code} ${basename(path)}`),
  }; // prettier-ignore
  return { asOf, ...Object.fromEntries(Object.entries(all).filter(([, value]) => Object.keys(value).length > 0)) }; // prettier-ignore
}
const short = (table: string): string => table.replace(/^acme-data\./, '');

test('every report fits its contract; the first night has nothing to compare with', () => {
  assert.equal(reports.length, 17);
  for (const report of reports) runReportSchema.parse(report);
  assert.equal(reports[0]?.changes, null);
});

test('each day’s report says what its commits changed, and nothing on a day without any', () => {
  const found = reports.slice(1).map(told);
  if (process.env.UPDATE_EXPECTED) writeFileSync(path, stringify(found, { lineWidth: 140 }));
  assert.deepEqual(found, parse(readFileSync(path, 'utf8')));
});

test('a list that is cut keeps its count, and the whole one is read from the ledger', async () => {
  const [first, second] = summaries;
  assert.ok(first && second);
  const night = { repo, asOf: second.asOf, run: second.run };
  const whole = await measureChanges(world.db, night);
  const cut = await measureChanges(world.db, { ...night, most: 3 });
  assert.deepEqual(whole, reports[1]?.changes);
  assert.ok((whole?.newTables.count ?? 0) > 3);
  assert.equal(cut?.newTables.count, whole?.newTables.count);
  assert.deepEqual(cut?.newTables.listed, whole?.newTables.listed.slice(0, 3));
});

test('a night drops what is too old to be kept, and its report says so', async () => {
  const { dropped } = await world.report(await world.night({ asOf: '2026-11-05' }));
  assert.deepEqual({ ...dropped, sets: 0 }, { before: '2026-10-06', nights: 6, sets: 0 });
  assert.ok((dropped?.sets ?? 0) > 0);
  const gone = await droppedNights(world.db);
  assert.deepEqual(gone.map(({ asOf }) => asOf).sort(), summaries.slice(0, 6).map(({ asOf }) => asOf)); // prettier-ignore
});
