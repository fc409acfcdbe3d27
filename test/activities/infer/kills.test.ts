import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readClaims } from '../../../store/claims.ts';
import type { Database } from '../../../store/database.ts';
import { pointedSets } from '../../../store/pointed-sets.ts';
import { modelSpend } from '../../../store/model-calls.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';
import type { ResponsesRequest } from '../../support/scripted-responses.ts';
import { startScriptedModelServer, type Step } from '../../support/scripted-model-server.ts';
import type { KilledWorker, KillPoint } from './killed-worker.ts';
import { saveNight, stageOf, users } from './night.ts';

const macros = 'dbt/macros/money.sql';
const caveat = (from: number) => ({
  ...emptyReading,
  caveats: [{ text: 'Amounts are rounded.', evidence: [{ path: macros, from, to: from }], confidence: 0.7 }],
});

/** Two rounds of tools, an answer that is sent back, and the final one: by what was said so far. */
function play({ input }: ResponsesRequest): Step {
  const said = input.filter((item) => 'id' in item && item.type !== 'reasoning').length;
  if (said === 0)
    return {
      calls: [
        ['read_file', { path: macros, from: 1, to: 3 }],
        ['look_up_table', { table: 'stg_app__events', page: null }],
      ],
    };
  if (said === 2)
    return { calls: [['search', { pattern: 'round', regex: false, ignore_case: true, paths: null, page: null }]] }; // prettier-ignore
  return { answer: caveat(said === 3 ? 99 : 2) };
}
const turns = 4;

/** Works until it is done or killed; returns how many statements it ran, null when it was killed. */
async function work(input: KilledWorker, killAt?: Promise<void>): Promise<number | null> {
  const program = join(import.meta.dirname, 'killed-worker.ts');
  const args = ['--disable-warning=ExperimentalWarning', program, JSON.stringify(input)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  let statements: number | null = null;
  child.on('message', (count) => (statements = count as number));
  void killAt?.then(() => child.kill('SIGKILL'));
  const [, signal] = (await once(child, 'exit')) as [number | null, string | null];
  assert.equal(signal, statements === null ? 'SIGKILL' : null);
  return statements;
}

async function claimsOf(db: Database): Promise<unknown[]> {
  const set = (await pointedSets(db, 'acme', '2026-10-20', 'infer', [users])).get(users);
  const claims = (await readClaims(db, [set?.setId ?? -1])).get(set?.setId ?? -1) ?? [];
  return claims.map(({ field, value, evidence }) => [field, value, evidence]);
}

async function stage(t: TestContext, db: Database, url: string) {
  /** Requests from this one on are never answered; null: none. */
  let hangFrom: number | null = null;
  const server = await startScriptedModelServer({
    otherwise: (request) => (hangFrom !== null && server.requests.length > hangFrom ? { hang: true } : play(request)), // prettier-ignore
  });
  t.after(() => server.close());
  await saveNight(db);
  const inputOf = (name: string, kill: KillPoint | null): KilledWorker => {
    const { baseUrl, apiKey } = server;
    return { databaseUrl: url, access: { baseUrl, apiKey }, name, table: users, kill };
  };
  const freeze = (name: string) => stageOf(db, server, { name }).select({ run: name, table: users });

  /** Kills one worker, lets another one finish, and tells what it cost. */
  async function killed(name: string, kill: KillPoint | { readonly at: 'in flight'; readonly nth: number }) {
    await freeze(name);
    const before = server.wire.length;
    if (kill.at === 'in flight') {
      hangFrom = before + kill.nth;
      await work(inputOf(name, null), server.received(before + kill.nth + 1));
      hangFrom = null;
    } else await work(inputOf(name, { at: kill.at, nth: kill.nth }));
    await stageOf(db, server, { name }).infer({ run: name, table: users }).result;
    const sent = server.wire.slice(before);
    return { twice: sent.length - new Set(sent).size, distinct: new Set(sent).size };
  }
  return { freeze, inputOf, killed };
}

const everyStatement = process.env.TABLELORE_EVERY_KILL === '1';

withDatabases(
  'a worker killed at any step of the loop loses no claim, and no call but the one under way is paid for twice',
  async ({ db, url }, t) => {
    const { freeze, inputOf, killed } = await stage(t, db, url);
    await freeze('whole');
    const statements = await work(inputOf('whole', null));
    assert.ok(statements !== null && statements > turns);
    const expected = await claimsOf(db);
    assert.equal(expected.length, 1);

    const step = everyStatement ? 1 : Math.ceil(statements / 3);
    const at = Array.from({ length: Math.ceil(statements / step) }, (_, index) => ({ at: 'statement' as const, nth: 1 + index * step })); // prettier-ignore
    const points = everyStatement
      ? [...at, ...[0, 1, 2, 3].flatMap((nth) => (['call', 'in flight', 'answer'] as const).map((of) => ({ at: of, nth })))] // prettier-ignore
      : [...at, { at: 'call', nth: 1 } as const, { at: 'in flight', nth: 2 } as const, { at: 'answer', nth: 3 } as const]; // prettier-ignore
    let twice = 0;
    for (const point of points) {
      const name = `${point.at}-${point.nth}`;
      const paid = await killed(name, point);
      assert.ok(paid.twice <= (point.at === 'call' ? 0 : 1), `${name}: ${paid.twice} calls paid for twice`);
      assert.equal(paid.distinct, turns, name);
      assert.deepEqual(await claimsOf(db), expected, name);
      assert.equal((await modelSpend(db, name)).calls, turns, name);
      twice += paid.twice;
    }
    t.diagnostic(`${points.length} kills over ${statements} statements and ${turns} turns: ${twice} calls paid for twice, no claim lost`); // prettier-ignore
  },
);
