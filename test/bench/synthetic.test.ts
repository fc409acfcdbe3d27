import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { isTemporary, tableName } from '../../inference/link/table-id.ts';
import { syntheticDefaults } from '../../bench/synthetic/files.ts';
import { writeHistory } from '../../bench/synthetic/history.ts';
import { readLedger } from '../../store/claims.ts';
import { createWorld, repo } from '../support/pipeline.ts';

const day = '2026-01-01';
const options = { tables: 60, depth: 5, fanOut: 3, dialect: 'bigquery', seed: 7 } as const;
const folder = mkdtempSync(join(tmpdir(), 'tablelore-synthetic-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a night over a synthetic monorepo finds the lineage that it was made with', async () => {
  const [written] = await writeHistory(join(folder, 'repo'), options, [{ day, changed: 0 }]);
  const built = [...(written?.repo.tables.values() ?? [])];
  const world = await createWorld({
    configure: (config) => {
      config.repos = [{ name: repo, url: join(folder, 'repo'), dialect: options.dialect, defaults: syntheticDefaults }]; // prettier-ignore
    },
  });
  const report = await world.night({ asOf: day });
  assert.deepEqual(report.diagnostics, {});
  assert.equal(report.tables, options.tables);

  const edges = new Set<string>();
  const flows = new Set<string>();
  for (const { claim } of await readLedger(world.db, repo, day, {}, null, 100_000)) {
    const table = tableName(claim.table);
    if (claim.field === 'upstream') edges.add(`${table} reads ${tableName(claim.value.table)}`);
    if (claim.field !== 'column_lineage') continue;
    for (const from of claim.value.from) {
      assert.ok(!isTemporary(from.table));
      if (from.kind !== 'condition') flows.add(`${table}.${claim.value.column} from ${tableName(from.table)}.${from.column}`); // prettier-ignore
    }
  }
  const expectedEdges = built.flatMap(({ planned }) => planned.upstream.map((other) => `${planned.name} reads ${other.name}`)); // prettier-ignore
  assert.deepEqual([...edges].sort(), expectedEdges.sort());
  const expectedFlows = built.flatMap(({ planned, columns }) =>
    columns.flatMap(({ name, from }) => from.map((origin) => `${planned.name}.${name} from ${origin.table}.${origin.column}`)),
  ); // prettier-ignore
  assert.deepEqual(expectedFlows.filter((flow) => !flows.has(flow)).sort(), []);
  assert.deepEqual([...flows].filter((flow) => !expectedFlows.includes(flow)).sort(), []);
});

test('the same seed gives the same history, and a change changes only its own tables', async () => {
  const nights = [
    { day, changed: 0 },
    { day: '2026-01-02', changed: 3 },
  ];
  const [a, b] = [await writeHistory(join(folder, 'a'), options, nights), await writeHistory(join(folder, 'b'), options, nights)]; // prettier-ignore
  assert.deepEqual(a[1]?.tables, b[1]?.tables);
  assert.equal(a[1]?.tables.length, 3);
  const changed = [...(a[1]?.repo.tables.values() ?? [])].filter(
    (table) => table.query !== a[0]?.repo.tables.get(table.planned.name)?.query,
  );
  assert.deepEqual(new Set(changed.map(({ planned }) => planned.name)), new Set(a[1]?.tables));
});
