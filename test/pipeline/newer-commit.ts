import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunHandle, RunSummary } from '../../activities/contract.ts';
import { readCards } from '../../store/cards.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { lastDay, repo, type Around, type World } from '../support/pipeline.ts';

/** Makes one table fresh from a later commit while a night is held up before it reads its own. `instead` sets what runs in place of activities. */
export async function keepsNewerCommit(world: World, instead: (around: Around) => void): Promise<void> {
  const yml = 'dbt/models/marts/core/_core.yml';
  const text = readFileSync(join(world.repoDir, yml), 'utf8');
  const table = 'acme-data.marts.fct_orders';
  world.commit({ [yml]: text.replace('Orders of the business:', 'Orders of the night:') });
  let release = () => {};
  const gate = new Promise<void>((resolve) => (release = resolve));
  const arrived = new Promise<void>((resolve) => {
    instead(async (name, args, run) => {
      if (name === 'crawl' && (args[0] as RunHandle).table === null) {
        resolve();
        await gate;
      }
      return run();
    });
  });
  const night = await world.start('nightly', { asOf: lastDay });
  await arrived;
  world.commit({ [yml]: text.replace('Orders of the business:', 'Orders made fresh:') });
  const description = async () => {
    const snapshot = await currentSnapshot(world.db, repo);
    const [card] = await readCards(world.db, repo, [table], { snapshot: snapshot?.id ?? 0 });
    return JSON.stringify(card?.card);
  };
  const enriched = (await (
    await world.start('enrichTable', { table, asOf: lastDay })
  ).result()) as RunSummary;
  assert.equal(enriched.outcome, 'published');
  assert.match(await description(), /Orders made fresh:/);
  release();
  await night.result();
  instead((_name, _args, run) => run());
  assert.match(await description(), /Orders made fresh:/);
  await world.night({ asOf: '2026-10-21' });
  assert.match(await description(), /Orders made fresh:/);
}
