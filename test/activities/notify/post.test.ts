import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import test, { after } from 'node:test';
import { postNotice } from '../../../activities/notify/post.ts';
import { noticeOfOverdue } from '../../../knowledge/report/notice.ts';
import { SystemError, UserError } from '../../../schema/contracts/errors.ts';
import { noticeSchema } from '../../../schema/contracts/notice.ts';
import { startReceiver } from '../../support/webhook-receiver.ts';

const receiver = await startReceiver();
after(() => receiver.close());
const notice = noticeOfOverdue('shop', '2026-10-20', 'Nights of shop are overdue.', 1);
const post = (url = receiver.url, timeoutMs = 5_000, signal = new AbortController().signal) =>
  postNotice({ url, secret: 'hush', timeoutMs }, notice, signal);

test('a notice is JSON that fits its contract, signed so that the receiver can tell who sent it', async () => {
  await post();
  const last = receiver.received.at(-1);
  assert.ok(last);
  assert.deepEqual(noticeSchema.parse(JSON.parse(last.body)), notice);
  assert.equal(last.headers['x-tablelore-event'], 'overdue');
  const [, seconds = '', given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(last.headers['x-tablelore-signature'])) ?? []; // prettier-ignore
  assert.equal(given, createHmac('sha256', 'hush').update(`${seconds}.${last.body}`).digest('hex'));
  assert.ok(Math.abs(Date.now() / 1_000 - Number(seconds)) < 60);
});

test('what may pass is tried again; a refusal and a redirect are not', async () => {
  for (const status of [500, 503, 429]) {
    receiver.answer(status);
    await assert.rejects(post(), (error) => error instanceof SystemError && /127\.0\.0\.1/.test(error.message)); // prettier-ignore
  }
  for (const status of [302, 401, 404]) {
    receiver.answer(status);
    await assert.rejects(post(), UserError);
  }
});

test('a receiver that says nothing, or is not there, is a failure of the system', async () => {
  receiver.answer('silence');
  await assert.rejects(post(receiver.url, 200), { name: 'SystemError', message: /within 0\.2 seconds/ });
  await assert.rejects(post('http://127.0.0.1:9/'), { name: 'SystemError', message: /cannot be reached/ });
  const abort = new AbortController();
  abort.abort();
  await assert.rejects(post(receiver.url, 5_000, abort.signal), { name: 'AbortError' });
});
