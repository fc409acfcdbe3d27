import assert from 'node:assert/strict';
import test from 'node:test';
import { nightRequest } from '../../cli/night-request.ts';

const at = Date.parse('2026-10-20T23:30:00Z');
const idOf = (input: Parameters<typeof nightRequest>[0], zone = 'UTC') => nightRequest(input, zone, at).workflowId; // prettier-ignore

test('the same night with the same limits is one run, so that the same command joins it', () => {
  assert.equal(idOf({}), 'nightly-by-hand-2026-10-20');
  assert.equal(idOf({ asOf: '2026-10-20' }), idOf({}));
  assert.equal(idOf({}, 'Europe/Berlin'), 'nightly-by-hand-2026-10-21');
  assert.equal(idOf({ tables: '*.marts.*' }), idOf({ tables: '*.marts.*', asOf: '2026-10-20' }));
  assert.notEqual(idOf({ tables: '*.marts.*' }), idOf({ tables: '*.staging.*' }));
  assert.deepEqual(nightRequest({ repo: 'acme' }, 'UTC', at).input, { repo: 'acme' });
});
