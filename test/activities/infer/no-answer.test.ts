import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { listQuarantine } from '../../../store/quarantine.ts';
import { readUnanswered } from '../../../store/unanswered.ts';
import { readWork } from '../../../store/work-items.ts';
import { emptyReading } from '../../support/empty-reading.ts';
import { withDatabases } from '../../support/databases.ts';
import type { Step } from '../../support/scripted-model-server.ts';
import { describe, events, saveNight, shipments, stageOf, users } from './night.ts';
import { good, only, scripted } from './scripted.ts';

const noAnswers: { step: Step; times?: number; says: RegExp }[] = [
  { step: { refusal: 'I will not.' }, says: /refused: I will not/ },
  { step: { incomplete: 'max_output_tokens' }, says: /max_output_tokens.*maxOutputTokens/ },
  { step: { text: 'Sure! Here is' }, times: 2, says: /not JSON/ },
  { step: { status: 400 }, says: /refused the call/ },
];
withDatabases('a table without an answer is put aside, and the others go on', async ({ db }, t) => {
  await saveNight(db);
  for (const [index, { step, times = 1, says }] of noAnswers.entries()) {
    const server = await scripted(t, {
      steps: Array.from({ length: times }, () => ({ ...step, when: users })),
      otherwise: () => ({ answer: emptyReading }),
    });
    const stage = stageOf(db, server, { name: `gpt-${index}` });
    const run = { run: `night-${index}` };
    await stage.select(run);
    assert.deepEqual(await stage.infer(run).result, { done: 2, reused: 0, failed: 1 });
    const [quarantined] = await listQuarantine(db, run.run);
    assert.equal(quarantined?.table, users);
    assert.match(quarantined?.error ?? '', says);
  }
});

withDatabases('what was asked in vain is asked again after a week, then two, or when it changes, and holds no place meanwhile', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ refusal: 'No.' }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  let run = 0;
  const open = async (of = stage) => (await of.select({ run: `look ${(run += 1)}`, table: users })).units;
  const ask = async (name: string, of = stage) => {
    await of.select({ run: name, table: users });
    return (await of.infer({ run: name, table: users }).result).failed;
  };
  const pass = (days: number) => sql`update tablelore.unanswered set asked_at = asked_at - make_interval(days => ${days})`.execute(db); // prettier-ignore
  assert.equal(await ask('first'), 1);
  assert.equal(await ask('first'), 1, 'a second attempt of the run asks nothing');
  assert.match((await listQuarantine(db, 'first'))[0]?.error ?? '', /asked again in 7 days, or when/);
  await pass(6);
  assert.equal(await open(), 0);
  await stage.select({ run: 'few', modelTables: 1 });
  const [chunk] = await readWork<{ keys: string[] }>(db, 'few', 'infer', -1, 9);
  assert.deepEqual(chunk?.payload.keys, [shipments], 'the next one has its place');
  assert.equal((await stage.select({ run: 'later night', asOf: '2026-12-20', table: users })).units, 0, 'by the clock: a backfill asks for many dates within an hour'); // prettier-ignore
  await pass(1);
  assert.equal(await open(), 1);

  server.script({ calls: [['list_folder', { path: 'dbt', page: null }]] }, { drop: 'within' }, { incomplete: 'content_filter' });
  await assert.rejects(ask('second'), /broke off/);
  assert.equal(await ask('second'), 1);
  assert.equal(server.requests.length, 4, 'an attempt goes on with what the one before it asked');
  await pass(13);
  assert.equal(await open(), 0);
  await pass(1);
  assert.equal(await open(), 1);
  await pass(-14);
  const roomier = stageOf(db, server, { maxOutputTokens: 32_000 });
  assert.equal(await open(roomier), 1, 'a higher limit');
  await describe(db, events, 'Events, without the bots.');
  assert.equal(await open(), 1, 'another question');
  server.script({ answer: good });
  assert.equal(await ask('third'), 0);
  assert.equal((await readUnanswered(db, 'acme')).size, 0);
  assert.equal(server.requests.length, 5);
}); // prettier-ignore

withDatabases('an answer for an older date leaves what a later one asked in vain waiting', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ refusal: 'No.' }, { answer: good }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  const late = { ...only(users), asOf: '2026-10-25' };
  await describe(db, events, 'Events, without the bots.', late.asOf);
  await stage.select({ ...late, run: 'late' });
  assert.equal((await stage.infer({ ...late, run: 'late' }).result).failed, 1);
  await stage.select({ ...only(users), run: 'early' });
  assert.equal((await stage.infer({ ...only(users), run: 'early' }).result).done, 1);
  assert.equal((await readUnanswered(db, 'acme')).get(users)?.run, 'late');
  assert.equal((await stage.select({ ...late, run: 'again' })).units, 0);
}); // prettier-ignore

withDatabases('a server that takes no call stops the asking and puts no table aside; the next run asks again', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ status: 401 }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  await stage.select();
  const { left, stopped, ...rest } = await stage.chunk(0);
  assert.deepEqual([rest, left], [{ done: 0, reused: 0, failed: 0 }, 1]);
  assert.match(stopped ?? '', /^The model server refused .*401.*Check OPENAI_API_KEY/);
  assert.deepEqual(await listQuarantine(db, 'night-1'), []);
  server.script({ answer: emptyReading }, { answer: emptyReading }, { answer: emptyReading });
  assert.equal((await stage.select({ run: 'later' })).units, 3);
  assert.deepEqual(await stage.infer({ run: 'later' }).result, { done: 3, reused: 0, failed: 0 });
}); // prettier-ignore

const failing: Record<string, Step> = {
  'a failing server is tried again, but not for ever on one table': { status: 503 },
  'a server that fails at one question and says when to come again is counted all the same': {
    status: 503,
    headers: { 'retry-after': '0' },
  },
};
for (const [name, step] of Object.entries(failing))
  withDatabases(name, async ({ db }, t) => {
    const server = await scripted(t, { steps: Array.from({ length: 6 }, () => step) });
    await saveNight(db);
    const stage = stageOf(db, server);
    await stage.select(only(users));
    for (let attempt = 1; attempt < 6; attempt += 1)
      await assert.rejects(stage.infer(only(users)).result, /failed \(503\)/);
    assert.deepEqual(await stage.infer(only(users)).result, { done: 0, reused: 0, failed: 1 });
  });

withDatabases('a 403 before any answer stops the asking; after one it concerns its table', async ({ db }, t) => {
  const server = await scripted(t, { steps: [{ status: 403 }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  await stage.select();
  assert.match((await stage.chunk(0)).stopped ?? '', /403.*Check OPENAI_API_KEY/);
  server.script({ answer: emptyReading }, { status: 403 }, { answer: emptyReading });
  await stage.select({ run: 'later' });
  assert.deepEqual(await stage.infer({ run: 'later' }).result, { done: 2, reused: 0, failed: 1 });
  assert.match((await listQuarantine(db, 'later'))[0]?.error ?? '', /403.*asked again in 7 days/);
}); // prettier-ignore

withDatabases('a page in place of a response may pass; where it does not, the server is taken as none', async ({ db }, t) => {
  const page: Step = { body: '<html>502 Bad Gateway</html>', contentType: 'text/html' };
  const server = await scripted(t, { steps: [page, { answer: good }] });
  await saveNight(db);
  const stage = stageOf(db, server);
  await stage.select(only(users));
  await assert.rejects(stage.infer(only(users)).result, /is no response/);
  assert.deepEqual(await stage.infer(only(users)).result, { done: 1, reused: 0, failed: 0 });

  const other = only(shipments);
  await stage.select({ ...other, run: 'later' });
  server.script(...Array.from({ length: 6 }, () => page));
  for (let attempt = 1; attempt < 6; attempt += 1)
    await assert.rejects(stage.infer({ ...other, run: 'later' }).result, /is no response/);
  const { stopped, ...rest } = await stage.chunk(0, { ...other, run: 'later' });
  assert.deepEqual(rest, { done: 0, reused: 0, failed: 0, left: 1 });
  assert.match(stopped ?? '', /is no response\. Check OPENAI_BASE_URL/);
  assert.deepEqual(await listQuarantine(db, 'later'), []);
}); // prettier-ignore
