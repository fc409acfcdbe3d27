import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { buildFixtureRepo } from '../fixtures/build-repo.ts';

const MONOREPO = path.join(import.meta.dirname, '../fixtures/monorepo');

function temporaryDir(t: test.TestContext): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'fixture-repo-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function git(dir: string, ...args: string[]): string {
  return execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();
}

test('two builds give the same commits, whatever git is configured to do', async (t) => {
  const first = await buildFixtureRepo(temporaryDir(t));
  process.env['GIT_AUTHOR_NAME'] = 'Somebody Else';
  t.after(() => delete process.env['GIT_AUTHOR_NAME']);
  const second = await buildFixtureRepo(temporaryDir(t));
  assert.match(first.head, /^[0-9a-f]{40}$/);
  assert.equal(second.head, first.head);
});

test('the history has dated commits of several authors, in order', async (t) => {
  const { dir } = await buildFixtureRepo(temporaryDir(t));
  const commits = git(dir, 'log', '--reverse', '--format=%aI %an').split('\n');
  const dates = commits.map((line) => Date.parse(line.split(' ')[0]!));
  assert.ok(commits.length >= 12, `${commits.length} commits`);
  assert.deepEqual(
    dates,
    dates.toSorted((a, b) => a - b),
  );
  assert.ok(new Set(commits.map((line) => line.split(' ').slice(1).join(' '))).size >= 4);
});

test('the last tree is fixtures/monorepo, byte for byte', async (t) => {
  const { dir } = await buildFixtureRepo(temporaryDir(t));
  const expected = readdirSync(MONOREPO, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(MONOREPO, path.join(entry.parentPath, entry.name)))
    .sort();
  const built = git(dir, 'ls-files', '-z').split('\0').filter(Boolean).sort();
  assert.deepEqual(built, expected);
  for (const file of expected) {
    assert.ok(readFileSync(path.join(dir, file)).equals(readFileSync(path.join(MONOREPO, file))), file);
  }
  assert.equal(git(dir, 'status', '--porcelain'), '');
});

test('the history holds a rename, a retirement, a change of grain and a new filter', async (t) => {
  const { dir } = await buildFixtureRepo(temporaryDir(t));
  const at = (date: string, file: string) => {
    const sha = git(dir, 'rev-list', '-1', '--first-parent', `--before=${date}`, 'main');
    return git(dir, 'show', `${sha}:${file}`);
  };
  const customers = 'dbt/models/marts/core/dim_customers.sql';
  assert.match(at('2026-10-07T23:00:00Z', customers), /customers\.signup_channel/);
  assert.match(at('2026-10-08T23:00:00Z', customers), /customers\.acquisition_channel/);
  const campaigns = 'bq-etl/sql/acme-data/marketing_derived/campaign_performance_v1/query.sql';
  assert.doesNotMatch(at('2026-10-08T23:00:00Z', campaigns), /country_code/);
  assert.match(at('2026-10-09T23:00:00Z', campaigns), /country_code/);
  const orders = 'dbt/models/marts/core/fct_orders.sql';
  assert.doesNotMatch(at('2026-10-11T23:00:00Z', orders), /is_real_order/);
  assert.match(at('2026-10-12T23:00:00Z', orders), /is_real_order/);
  const retired = 'bq-etl/sql/acme-data/shop_derived/daily_revenue_v1/query.sql';
  assert.match(at('2026-10-15T23:00:00Z', retired), /SUM\(net_eur\)/);
  assert.throws(() =>
    execFileSync('git', ['-C', dir, 'cat-file', '-e', `main:${retired}`], { stdio: 'ignore' }),
  );
});

test('building again keeps commits that were made on top', async (t) => {
  const { dir } = await buildFixtureRepo(temporaryDir(t));
  writeFileSync(path.join(dir, 'extra.sql'), 'select 1 as one\n');
  git(dir, 'add', 'extra.sql');
  git(dir, '-c', 'user.name=A', '-c', 'user.email=a@acme.example', 'commit', '-q', '-m', 'Try something');
  const mine = git(dir, 'rev-parse', 'HEAD');
  assert.equal((await buildFixtureRepo(dir)).head, mine);
  assert.match(readFileSync(path.join(dir, 'extra.sql'), 'utf8'), /one/);
});
