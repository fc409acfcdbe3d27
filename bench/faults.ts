/**
 * Disturbs nights while they run: `node bench/faults.ts [--kills 100] [--database embedded] [--seed 1] [--json] [--data-dir DIR]`.
 *
 * An undisturbed world runs a first night of the fixture monorepo, one with changes, a backfill of two nights and a single table, all by a real
 * `tablelore start`. Then further worlds do the same while worker, launcher, database and Temporal server are killed (SIGKILL) at random moments of every stage, twenty times
 * a world. What dies is started again as its launcher or an operator would. After each run all rows must be those of the undisturbed world. A silent
 * worker is taken for dead after five seconds here, so that a kill does not cost a minute. Exit code 1: some differ.
 *
 * `--cuts 20` cuts the lines to Postgres and to the Temporal server instead, for 30 seconds each. `--full-disks 5` fills the disk of the data folder, for
 * 90 seconds each; it takes the right to mount.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { databases, makeGround } from './faults/ground.ts';
import { faults, planKills, type Fault } from './faults/plan.ts';
import { killLine, killsAsMarkdown } from './faults/print.ts';
import { runCalm, runRough, type KillEnd } from './faults/run.ts';
import { makeWorld } from './faults/world.ts';

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      kills: { type: 'string' },
      cuts: { type: 'string' },
      'full-disks': { type: 'string' },
      database: { type: 'string', default: 'embedded' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
      'data-dir': { type: 'string' },
    },
  });
  const fault = (Object.keys(faults) as Fault[]).find((one) => flags[one] !== undefined) ?? 'kills';
  const kind = fault === 'cuts' ? 'postgres' : databases.find((one) => one === flags.database);
  if (kind === undefined) throw new UserError(`There is no database "${flags.database}".`, { next: `Give one of ${databases.join(', ')}.` }); // prettier-ignore
  const kept = flags['data-dir'];
  const folder = kept ? resolve(kept) : mkdtempSync(join(tmpdir(), 'tablelore-faults-'));
  const ground = await makeGround(folder, kind);
  const ends: KillEnd[] = [];
  const troubles: string[] = [];
  try {
    const calmWorld = await makeWorld(ground, 'calm', fault);
    const calm = await runCalm(calmWorld).finally(() => calmWorld.close());
    console.error(`undisturbed: ${[...calm.tookMs].map(([place, ms]) => `${place} ${Math.round(ms)} ms`).join(', ')}`); // prettier-ignore
    const worlds = planKills(faults[fault], Number(flags[fault] ?? 100), Number(flags.seed));
    for (const [index, kills] of worlds.entries()) {
      const world = await makeWorld(ground, `rough-${index + 1}`, fault);
      try {
        ends.push(...(await runRough(world, kills, calm, (end) => console.error(killLine(end)))));
      } catch (error) {
        troubles.push(`world ${index + 1} never ended: ${explain(error)}`);
      } finally {
        await world.close();
      }
      for (const trouble of world.troubles) console.error(`world ${index + 1}: ${trouble}`);
      troubles.push(...world.troubles);
    }
    console.log(flags.json ? JSON.stringify({ ends, troubles }) : killsAsMarkdown(ends, troubles));
    if (troubles.length > 0 || ends.some(({ differences }) => differences.length > 0)) process.exitCode = 1;
  } finally {
    await ground.close();
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
main().then(
  () => process.exit(),
  (error: unknown) => {
    console.error(explain(error));
    process.exit(1);
  },
);
