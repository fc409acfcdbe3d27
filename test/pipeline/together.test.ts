/** Runs of every kind at the same time, on a real Postgres where there is one, else on the embedded database. */
import test, { after } from 'node:test';
import { createWorld, type World } from '../support/pipeline.ts';
import { findPostgres, startPostgres } from '../support/postgres.ts';
import { allAtOnce, stateOf } from './together.ts';

const bin = findPostgres();
const server = bin === null ? null : await startPostgres(bin);
if (server !== null) process.env.TEST_DATABASE_URL = server.url;
after(() => server?.stop());

const night = { asOf: '2026-10-01' };
const backfill = { from: '2026-09-28', to: '2026-09-29' };

async function worldWithANight(): Promise<World> {
  const world = await createWorld();
  await world.night({ asOf: '2026-09-30' });
  return world;
}

test('a night, a backfill and twenty single tables at the same time leave what they leave one after the other', async () => {
  const calm = await worldWithANight();
  await calm.night(night);
  await (await calm.start('backfill', backfill)).result();
  const expected = await stateOf(calm);
  const rough = await worldWithANight();
  await allAtOnce(rough, { night, backfill, asOf: night.asOf }, expected);
});
