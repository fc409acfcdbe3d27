import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'node:test';
import { parse } from 'yaml';
import { queryLogId } from '../../../fixtures/generate-query-log.ts';
import { normaliseQuery } from '../../../knowledge/rank/normalise-query.ts';
import type { TemplateDay } from '../../../knowledge/rank/totals.ts';
import { tierThresholds, trustOf, trustSignals } from '../../../knowledge/rank/trust.ts';
import type { Role } from '../../../schema/contracts/usage.ts';

const asOf = '2026-10-20';
const question = 'SELECT a, SUM(b) FROM t GROUP BY a';

function days(count: number, more: Partial<TemplateDay> = {}): TemplateDay[] {
  return Array.from({ length: count }, (_, i) => ({
    day: `2026-10-${String(20 - i).padStart(2, '0')}`,
    source: 'dashboard',
    runs: 5,
    failures: 0,
    users: ['u_1'],
    roles: { data_scientist: 5 },
    ...more,
  }));
}
const trust = (all: TemplateDay[], more: Partial<Parameters<typeof trustOf>[0]> = {}) =>
  trustOf({ sql: question, tables: ['t'], days: all, asOf, ...more });

test('weights add up to one and thresholds fall', () => {
  assert.equal(Math.round(100 * trustSignals.reduce((sum, { weight }) => sum + weight, 0)), 100);
  assert.ok(
    tierThresholds.source_of_truth > tierThresholds.trusted && tierThresholds.trusted > tierThresholds.common,
  );
});

test("a data scientist's daily dashboard is a source of truth, the same by hand is common", () => {
  assert.equal(trust(days(15))?.tier, 'source_of_truth');
  assert.deepEqual(trust(days(15))?.reasons.slice(0, 2), ['runs in a dashboard', 'run by a data scientist']);
  assert.equal(trust(days(15, { source: 'adhoc' }))?.tier, 'common');
});

test('what only looks, writes, reads nothing, fails or is retired is never imitated, marked or not', () => {
  const held = [
    trust(days(15), { sql: 'SELECT * FROM t LIMIT ?', marked: true }),
    trust(days(15), { sql: 'SELECT * FROM t WHERE email = ?' }),
    trust(days(15), { sql: 'SELECT COUNT(*) FROM t' }),
    trust(days(15), { sql: 'MERGE t USING s ON a = b WHEN MATCHED THEN DELETE' }),
    trust(days(15), { tables: [] }),
    trust(days(15), { retired: ['t'], marked: true }),
    trust([...days(2, { failures: 5 }), ...days(15).slice(2)]),
    trust(days(1)),
  ];
  for (const one of held) {
    assert.equal(one?.tier, 'exploratory', one?.reasons.join('; '));
    assert.ok((one?.trust ?? 1) < tierThresholds.common);
  }
  assert.equal(trust(days(15), { sql: 'SELECT * FROM t JOIN u ON t.a = u.a' })?.tier, 'source_of_truth');
});

test('thousands of runs of a program are no endorsement; a mark is', () => {
  const program = days(20, { source: 'application', runs: 900, roles: { service: 900 } });
  assert.equal(trust(program)?.tier, 'common');
  assert.equal(trust(days(3, { source: 'notebook' }), { marked: true })?.tier, 'source_of_truth');
});

test('a backfilled night knows nothing of later runs', () => {
  assert.equal(trust(days(5), { asOf: '2026-10-01' }), null);
  assert.equal(trust(days(5), { asOf: '2026-10-17' })?.lastSeen, '2026-10-17');
});

interface Line {
  readonly id: string;
  readonly started_at: string;
  readonly user: string;
  readonly user_kind?: string;
  readonly source: string;
  readonly sql: string;
  readonly status: string;
}

test('every shape of the fixture log gets the tier that it deserves', async () => {
  const fixtures = path.join(import.meta.dirname, '../../../fixtures');
  const people = parse(await readFile(path.join(fixtures, 'people.yml'), 'utf8')) as {
    people: { user: string; role: Role }[];
  };
  const roles = new Map(people.people.map(({ user, role }) => [user, role]));
  const byFingerprint = new Map<string, TemplateDay[]>();
  const fingerprints = new Map<string, { fingerprint: string; sql: string }>();
  for await (const file of glob('query-log/**/*.jsonl', { cwd: fixtures })) {
    const dialect = file.includes('backoffice') ? 'postgres' : 'bigquery';
    for (const text of (await readFile(path.join(fixtures, file), 'utf8')).split('\n')) {
      let line: Line;
      try {
        line = JSON.parse(text) as Line;
      } catch {
        continue;
      }
      if (!line.sql) continue;
      const normal = normaliseQuery(line.sql, dialect);
      assert.doesNotMatch(normal.sql, /@acme|Elsa|Dvorak|\d{4}-\d{2}/, 'no literal survives');
      fingerprints.set(line.id, normal);
      const template = byFingerprint.get(normal.fingerprint) ?? [];
      byFingerprint.set(normal.fingerprint, template);
      template.push({
        day: line.started_at.slice(0, 10),
        source: line.source,
        runs: 1,
        failures: line.status === 'success' ? 0 : 1,
        users: [line.user],
        roles: { [roles.get(line.user) ?? 'unknown']: 1 },
      });
    }
  }
  const expected = parse(await readFile(path.join(fixtures, 'expected/queries.yml'), 'utf8')) as Record<
    string,
    { tiers: string[]; example: string | null; tables: string[] }
  >;
  const wrong: string[] = [];
  let judged = 0;
  for (const [shape, { tiers, example, tables }] of Object.entries(expected)) {
    const template = example === null ? undefined : fingerprints.get(queryLogId(shape, example));
    if (!template) continue;
    judged += 1;
    const retired = tables.filter((table) => table.endsWith('daily_revenue_v1'));
    const result = trustOf({
      sql: template.sql,
      tables,
      days: byFingerprint.get(template.fingerprint) ?? [],
      asOf,
      retired,
    });
    if (!result || !tiers.includes(result.tier)) {
      wrong.push(
        `${shape}: ${result?.tier} ${result?.trust} (${result?.reasons.join('; ')}), not ${tiers.join(' or ')}`,
      );
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(judged >= 20, `${judged} shapes judged`);
});
