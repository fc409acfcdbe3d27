/**
 * Records histories of each workflow for the replay tests: `node test/replay/record.ts`. Recorded are those of the workflows as they are; replaying older ones
 * with newer workflows is the point of them, so a file is only added (a new name for each release), never replaced.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createWorld } from '../support/pipeline.ts';
import { historyAsJson } from './history.ts';

const folder = join(import.meta.dirname, '../../fixtures/histories');
const release = process.argv[2] ?? '0.1.0';

test('record', async () => {
  const world = await createWorld();
  const runs = [
    ['nightly', { asOf: '2026-09-30' }],
    ['enrichTable', { table: 'staging.stg_shop__orders', asOf: '2026-09-30', force: true }],
    ['backfill', { from: '2026-09-28', to: '2026-09-29' }],
  ] as const;
  mkdirSync(folder, { recursive: true });
  for (const [workflow, input] of runs) {
    const handle = await world.start(workflow, input, `${workflow}-recorded`);
    await handle.result();
    const path = join(folder, `${workflow}-${release}.json`);
    if (existsSync(path))
      throw new Error(`${path} is there already: give the name of the release as argument.`);
    writeFileSync(path, historyAsJson(await handle.fetchHistory()));
  }
});
