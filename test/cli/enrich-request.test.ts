import assert from 'node:assert/strict';
import type { ActivityDeps } from '../../activities/deps.ts';
import { resolveTable } from '../../activities/resolve-table.ts';
import { enrichRequest } from '../../cli/enrich-request.ts';
import { NothingFound } from '../../cli/exit.ts';
import { parseConfig } from '../../cli/parse-config.ts';
import type { Settings } from '../../cli/settings.ts';
import { saveStageResults } from '../../store/claim-sets.ts';
import { pointTables } from '../../store/pointers.ts';
import { publishSnapshot } from '../../store/snapshots.ts';
import { commit, makeRepo, tempDir } from '../source/git-repo.ts';
import { withDatabases } from '../support/databases.ts';

const asOf = '2026-01-02';

withDatabases(
  'a table is made fresh as of what is published, until the code moves on',
  async ({ db, url }, t) => {
    const dir = makeRepo(tempDir(t));
    const settings = { config: parseConfig(`repos: [{ name: shop, url: ${dir} }]`, 'c.yml'), configDir: dir } as Settings; // prettier-ignore
    const request = (name: string, more: { asOf?: string } = {}) =>
      enrichRequest({ table: name, ...more }, settings, { databaseUrl: url });
    await assert.rejects(request('orders'), /No night of shop is done yet/);

    const head = commit(dir, { 'orders.sql': 'select 1' });
    const [set] = await saveStageResults(db, 'shop', [{ table: 'acme.orders', stage: 'link', inputHash: 'i', claims: [], output: {} }]); // prettier-ignore
    await pointTables(db, 'shop', asOf, [{ table: 'acme.orders', stage: 'link', setId: set?.setId ?? null }]);
    await publishSnapshot(db, { repo: 'shop', asOf, commit: head, commitOrder: 1, run: 'r', base: null, entries: [], removed: 'all-others', model: null }); // prettier-ignore
    const input = { table: 'acme.orders', repo: 'shop' };
    const date = async () => (await resolveTable({ ...settings, db } as unknown as ActivityDeps, input)).asOf;
    assert.deepEqual((await request('orders')).input, input);
    assert.equal(await date(), asOf);
    assert.deepEqual((await request('orders', { asOf: '2026-01-01' })).input, {
      ...input,
      asOf: '2026-01-01',
    });
    await assert.rejects(request('nosuch'), NothingFound);

    commit(dir, { 'orders.sql': 'select 2' });
    assert.equal(await date(), null, 'today, which reads the new commit');
  },
);
