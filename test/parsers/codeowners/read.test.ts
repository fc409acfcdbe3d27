import assert from 'node:assert/strict';
import test from 'node:test';
import { ownersOf, parseCodeowners } from '../../../parsers/codeowners/read.ts';

const text = `# people
*            @acme/data   # everyone
*.py         @acme/platform
/dbt/        @ana @ben
dbt/models/marts/*  @marts
/dbt/models/tmp
docs/**/notes.md @docs
apps/my\\ app/ @app

[Billing] @billing
/billing/
`;

test('the last rule that matches a path owns it', () => {
  const find = ownersOf(parseCodeowners(text));
  const owners = (path: string) => find(path)?.owners.join(' ') ?? null;
  assert.equal(owners('README.md'), '@acme/data');
  assert.equal(owners('jobs/deep/load.py'), '@acme/platform');
  assert.equal(owners('dbt/x.sql'), '@ana @ben');
  assert.equal(owners('other/dbt/x.sql'), '@acme/data', 'a leading slash anchors');
  assert.equal(owners('dbt/models/marts/a.sql'), '@marts');
  assert.equal(owners('dbt/models/marts/core/a.sql'), '@ana @ben', '`/*` stays on its level');
  assert.equal(owners('dbt/models/tmp/a.sql'), null, 'a rule without owners takes them away');
  assert.equal(owners('docs/a/b/notes.md'), '@docs');
  assert.equal(owners('apps/my app/x.sql'), '@app');
  assert.equal(owners('billing/x.sql'), '@billing', 'a section gives its owners');
  assert.deepEqual(find('dbt/x.sql'), { owners: ['@ana', '@ben'], line: 4 });
});
