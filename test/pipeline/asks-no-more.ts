/** Nights that leave tables unasked: the model's work is made up, everything around it is real. */
import assert from 'node:assert/strict';
import type { RunSummary } from '../../activities/contract.ts';
import { speedSignal } from '../../workflows/messages.ts';
import type { Around, World } from '../support/pipeline.ts';

const input = { from: '2026-10-08', to: '2026-10-08', layers: ['infer'] };
type Instead = (around: Around) => void;

/** One table after the other, of which none is answered. `instead` sets what runs in place of activities. */
export async function stopsOnce(world: World, instead: Instead): Promise<void> {
  let asked = 0;
  const { promise: oneAtATime, resolve: slowed } = Promise.withResolvers<void>();
  instead(async (name, _args, run) => {
    if (name === 'selectForInference') await oneAtATime;
    if (name !== 'infer') return run();
    return { done: 0, reused: 0, failed: 0, left: 1, stopped: `Refused (401), call ${(asked += 1)}.` };
  });
  const handle = await world.start('backfill', input);
  await handle.signal(speedSignal, 1);
  slowed();
  const [night] = (await handle.result()) as RunSummary[];
  instead((_name, _args, run) => run());
  assert.equal(asked, 1);
  assert.match(night?.reason ?? '', /^Refused \(401\), call 1\. 76 tables wait for another run$/);
  assert.equal(night?.quarantined, 0);
}

export async function asksAboutFew(world: World, instead: Instead): Promise<void> {
  instead((name, _args, run) =>
    name === 'infer' ? Promise.resolve({ done: 1, reused: 0, failed: 0 }) : run(),
  );
  const handle = await world.start('backfill', { ...input, budget: { modelTables: 1 } });
  const [night] = (await handle.result()) as RunSummary[];
  instead((_name, _args, run) => run());
  assert.equal(night?.reason, 'the model was asked about 1 of 76 tables: 75 tables wait for another run');
}
