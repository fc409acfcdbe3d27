import assert from 'node:assert/strict';
import test from 'node:test';
import { readWorkerFlags } from '../../cli/worker/flags.ts';

const read = (args: string[], environment = {}) => readWorkerFlags(args, environment);

test('a worker takes all queues unless it is told which', () => {
  assert.deepEqual(read([]).queues, ['static', 'model', 'embed']);
  assert.deepEqual(read(['--queues', 'embed, static']).queues, ['static', 'embed']);
  assert.throws(() => read(['--queues', 'parse']), /no queue "parse"/);
});

test('metrics are served where the flag or the environment says', () => {
  assert.equal(read([]).metrics, null);
  assert.equal(read(['--metrics', '9464']).metrics, '0.0.0.0:9464');
  assert.equal(read([], { TABLELORE_METRICS_ADDRESS: '127.0.0.1:1' }).metrics, '127.0.0.1:1');
  assert.throws(() => read(['--metrics', 'localhost']), /not an address for metrics/);
});

test('a worker that is to be promoted is versioned', () => {
  assert.deepEqual([read(['--promote']).versioned, read([]).versioned], [true, false]);
});
