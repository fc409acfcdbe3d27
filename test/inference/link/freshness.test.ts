import assert from 'node:assert/strict';
import test from 'node:test';
import { linkFacts } from '../../../inference/link/link.ts';
import type { LinkFile } from '../../../inference/link/table-facts.ts';
import type { ClaimValue } from '../../../schema/contracts/claims.ts';
import type { Build, FileFacts } from '../../../schema/contracts/facts.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';

const name = (text: string): NameRef => ({ parts: text.split('.') });

function file(path: string, facts: Partial<FileFacts>): LinkFile {
  const none = { builds: [], declarations: [], uses: [], jobs: [], diagnostics: [] };
  const statements = { read: 0, repaired: 0, second: 0, unread: 0, sourcesUnknown: 0 };
  return {
    key: path,
    blob: path,
    facts: {
      path,
      reader: 'sql',
      version: 1,
      dialect: 'bigquery',
      ...none,
      statements,
      ...facts,
    } as FileFacts,
  };
}

const build = (target: string, kind: Build['kind'], reads: string[]): Build => ({
  target: name(target),
  kind,
  write: kind === 'view' ? 'replace' : 'partition_overwrite',
  lines: [1, 1],
  reads: reads.map(name),
});

const daily = (table: string, partition?: { columns: string[]; expirationDays?: number }): LinkFile =>
  file(`${table}.sql`, {
    builds: [build(table, 'table', ['p.raw.events'])],
    declarations: [
      { table: name(table), lines: [1, 1], declares: 'schedule', schedule: '0 3 * * *', job: 'nightly' },
      ...(partition ? [{ table: name(table), lines: [2, 2] as [number, number], declares: 'partition' as const, ...partition }] : []), // prettier-ignore
    ],
  });

function freshness(files: readonly LinkFile[], table: string): ClaimValue<'freshness'> | undefined {
  const { tables } = linkFacts(files, { config: { defaults: [], targets: [], conventions: [] } });
  const claim = tables
    .find((linked) => linked.table === table)
    ?.claims()
    .find(({ field }) => field === 'freshness');
  return claim?.field === 'freshness' ? claim.value : undefined;
}

test('a view is as fresh as the table behind it, also through another view, and no run writes it', () => {
  const files = [
    daily('p.d.daily_v1'),
    file('a.sql', { builds: [build('p.d.a', 'view', ['p.d.daily_v1'])] }),
    file('b.sql', { builds: [build('p.d.b', 'view', ['p.d.a'])] }),
  ];
  const value = freshness(files, 'p.d.b');
  assert.equal(value?.schedule, '0 3 * * *');
  assert.equal(value.job, 'nightly');
  assert.equal(value.window, null);
  assert.equal(value.words, 'a view, as fresh as p.d.daily_v1 (built every day at 03:00 by nightly)');
});

test('a view over a table that nobody schedules has no schedule, though words tell what is known', () => {
  const files = [
    daily('p.d.daily_v1'),
    file('a.sql', { builds: [build('p.d.a', 'view', ['p.d.daily_v1', 'p.raw.countries'])] }),
    file('b.sql', { builds: [build('p.d.b', 'view', ['p.raw.countries'])] }),
  ];
  assert.equal(freshness(files, 'p.d.a')?.schedule, null);
  assert.match(freshness(files, 'p.d.a')?.words ?? '', /p\.d\.daily_v1/);
  assert.equal(freshness(files, 'p.d.b'), undefined);
});

test('partitions that expire are told', () => {
  const files = [daily('p.d.short_v1', { columns: ['day'], expirationDays: 180 })];
  assert.equal(
    freshness(files, 'p.d.short_v1')?.words,
    'built every day at 03:00 by nightly; each run replaces its partition; partitioned by day; partitions are dropped after 180 d',
  );
});

test('a label without a job is told as a label: the job may be gone', () => {
  const declarations = [
    {
      table: name('p.d.old_v1'),
      lines: [1, 1] as [number, number],
      declares: 'schedule' as const,
      schedule: 'daily',
    },
  ];
  const files = [file('old.sql', { builds: [build('p.d.old_v1', 'table', [])], declarations })];
  const value = freshness(files, 'p.d.old_v1');
  assert.equal(value?.schedule, null);
  assert.match(value?.words ?? '', /^labelled "daily", but no job that builds it is known/);
});
