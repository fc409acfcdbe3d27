import assert from 'node:assert/strict';
import test from 'node:test';
import { derivedClaims } from '../../activities/derive-claims.ts';
import type { DerivedTable } from '../../inference/derive/derive.ts';
import type { LinkOutput } from '../../schema/contracts/stages.ts';

function valuesClaimed(literals: readonly string[] | null): readonly string[] | null | undefined {
  const derived = {
    columns: [{ name: 'c', position: 0, type: null, nullable: null, values: literals }],
    grain: { keys: [], status: 'unknown', phrase: '', time_grain: null },
    lineage: [],
    population: [],
    steps: { grain: [], population: [] },
  } as unknown as DerivedTable;
  const [claim] = derivedClaims('t', { builds: [] } as unknown as LinkOutput, [], derived);
  return claim?.field === 'column' ? claim.value.values : undefined;
}

test('values of columns are claimed as people write them', () => {
  assert.deepEqual(valuesClaimed(['text:a:b', 'number:1', 'boolean:true']), ['a:b', '1', 'true']);
  assert.deepEqual(valuesClaimed(['text:free', 'null']), ['free']);
  assert.deepEqual(valuesClaimed(['null']), ['NULL']);
  assert.equal(valuesClaimed(null), null);
});
