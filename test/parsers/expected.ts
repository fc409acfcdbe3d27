import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** Compares a value with the JSON file beside its input. With `UPDATE_EXPECTED=1` the file is written instead: read the diff before you commit it. */
export function assertExpected(value: unknown, file: string): void {
  const actual = JSON.parse(JSON.stringify(value)) as unknown;
  if (process.env['UPDATE_EXPECTED'] === '1') writeFileSync(file, `${JSON.stringify(actual, null, 1)}\n`);
  assert.ok(existsSync(file), `${file} is missing: write what is expected, or run with UPDATE_EXPECTED=1`);
  assert.deepEqual(actual, JSON.parse(readFileSync(file, 'utf8')));
}
