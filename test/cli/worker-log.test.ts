import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { workerLogger } from '../../cli/worker-log.ts';

test('a log tells warnings and errors, but not that a worker without workflows is one', () => {
  const expected = 'No workflows registered, not polling for workflow tasks';
  const sdk = readFileSync(fileURLToPath(import.meta.resolve('@temporalio/worker/lib/worker.js')), 'utf8');
  assert.ok(sdk.includes(expected), 'the SDK says it in other words now');
  const written: string[] = [];
  const logger = workerLogger(({ level, message }) => written.push(`${level} ${message}`));
  logger.info('polling');
  logger.warn(expected);
  logger.warn('slow');
  logger.error('lost', { queue: 'model' });
  assert.deepEqual(written, ['WARN slow', 'ERROR lost']);
});
