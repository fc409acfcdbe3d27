import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { promisify } from 'node:util';
import { Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { cString, int32, message, query } from '../../../cli/services/database/wire.ts';
import { serveDatabase } from '../../../cli/services/database/server.ts';
import { spawnDatabase } from './spawned-database.ts';
import type { SpawnedDatabase } from './spawned-database.ts';

const root = await mkdtemp(join(tmpdir(), 'tablelore-database-'));
test.after(() => rm(root, { recursive: true, force: true }));

test('one server, many clients', async (t) => {
  const database = await spawnDatabase(join(root, 'shared'));
  const pool = new pg.Pool({ connectionString: database.url, max: 4 });
  pool.on('error', () => undefined);
  t.after(async () => {
    // A test that failed may have kept a client, for which end() would wait.
    if (pool.idleCount === pool.totalCount) await pool.end();
    await database.end('SIGTERM');
  });

  await t.test('three processes with 200 kB parameters get their own answers only', async () => {
    await pool.query('create table written(client text, n int, body text)');
    const program = new URL('large-parameter-client.ts', import.meta.url).pathname;
    const run = promisify(execFile);
    const names = ['red', 'green', 'blue'];
    await Promise.all(names.map((name) => run(process.execPath, [program, database.url, name, '200'])));
    const { rows } = await pool.query(
      'select client, count(*)::int as n, count(*) filter (where n % 5 = 0)::int as bad from written group by 1 order by 1',
    );
    assert.deepEqual(
      rows,
      ['blue', 'green', 'red'].map((client) => ({ client, n: 40, bad: 0 })),
    );
  });

  await t.test('a transaction keeps the backend until it ends', async () => {
    const [holder, other] = [await pool.connect(), await pool.connect()];
    await holder.query('begin');
    await holder.query('create table seen as select 1 as n');
    const order: string[] = [];
    const waiting = other.query('select n from seen').then(() => order.push('other'));
    await holder.query('select pg_sleep(0.05)');
    order.push('holder');
    await holder.query('commit');
    await waiting;
    assert.deepEqual(order, ['holder', 'other']);
    holder.release();
    other.release();
  });

  await t.test('a client that vanishes in a transaction leaves nothing and frees the backend', async () => {
    await pool.query('create table vanishing(n int)');
    const client = new pg.Client(database.url);
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin');
    await client.query('insert into vanishing values (1)');
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
    assert.deepEqual((await pool.query('select * from vanishing')).rows, []);
  });

  await t.test('settings belong to the connection that made them', async () => {
    const [one, two] = [await pool.connect(), await pool.connect()];
    const settings = async (client: pg.PoolClient): Promise<unknown> =>
      (await client.query(`select current_setting('work_mem') as mem, current_setting('jit') as jit`))
        .rows[0];
    await one.query(`set work_mem = '9MB'`);
    await one.query(`select set_config('jit', 'off', false)`);
    assert.deepEqual(await settings(two), { mem: '4MB', jit: 'on' });
    assert.deepEqual(await settings(one), { mem: '9MB', jit: 'off' });
    await one.query('begin');
    await one.query(`set local work_mem = '8MB'`);
    await one.query('rollback');
    assert.deepEqual(await settings(one), { mem: '9MB', jit: 'off' });
    await one.query('reset all');
    assert.deepEqual(await settings(one), { mem: '4MB', jit: 'on' });
    one.release(true);
    two.release();
  });

  await t.test('a role taken for one transaction ends with it', async () => {
    await pool.query('create role reader_of_test; grant usage on schema public to reader_of_test');
    const client = await pool.connect();
    await client.query('begin');
    await client.query('set local role reader_of_test');
    assert.deepEqual((await client.query('select current_user as u')).rows, [{ u: 'reader_of_test' }]);
    await client.query('commit');
    assert.deepEqual((await client.query('select current_user as u')).rows, [{ u: 'postgres' }]);
    client.release();
  });

  await t.test('equal names of prepared statements do not meet', async () => {
    const [one, two] = [await pool.connect(), await pool.connect()];
    for (let round = 0; round < 2; round++) {
      assert.deepEqual((await one.query({ name: 'same', text: `select 'one' as v` })).rows, [{ v: 'one' }]);
      assert.deepEqual((await two.query({ name: 'same', text: `select 'two' as v` })).rows, [{ v: 'two' }]);
    }
    one.release();
    two.release();
  });

  await t.test('what belongs to a session is refused, inside a transaction by failing it', async () => {
    const client = await pool.connect();
    for (const text of [
      '/* a */ listen x',
      'select pg_advisory_lock(1)',
      'copy seen from stdin',
      `set my.user = 'ada'`,
      `select set_config('my.user', 'ada', false)`,
      'create temp table x(n int)',
    ]) {
      await assert.rejects(client.query(text), { code: '0A000', message: /^embedded database: / });
    }
    await client.query('begin');
    await assert.rejects(client.query('select pg_try_advisory_lock($1)', [1]), { code: '0A000' });
    await assert.rejects(client.query('select 1'), { code: '25P02' });
    await client.query('rollback');
    await client.query(
      'begin; create temp table x(n int) on commit drop; select pg_advisory_xact_lock(1); commit',
    );
    client.release();
  });

  await t.test('kysely: typed queries, transactions, vectors', async () => {
    const dialect = new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url, max: 2 }) });
    const db = new Kysely<{ card: { id: number; near: string } }>({ dialect });
    await sql`create table card(id int primary key, near vector(2))`.execute(db);
    const rows = Array.from({ length: 50 }, (_, id) => ({ id, near: `[${id},0]` }));
    await db.transaction().execute((trx) => trx.insertInto('card').values(rows).execute());
    const nearest = await db
      .selectFrom('card')
      .select('id')
      .orderBy(sql`near <-> '[7.2,0]'`)
      .limit(2)
      .execute();
    assert.deepEqual(nearest, [{ id: 7 }, { id: 8 }]);
    await db.destroy();
  });

  await t.test(
    'pipelined messages cut into single bytes are answered in order; a strange one is refused',
    async () => {
      const socket = connect(Number(new URL(database.url).port), '127.0.0.1');
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      const parameters = cString('user\0me\0');
      const startup = Buffer.concat([int32(8 + parameters.length, 196_608), parameters]);
      socket.setNoDelay(true);
      for (const byte of Buffer.concat([startup, query('select 111'), query('select 222')])) {
        socket.write(Buffer.of(byte));
        await new Promise(setImmediate);
      }
      while (!Buffer.concat(received).includes('222')) await once(socket, 'data');
      assert.match(Buffer.concat(received).toString('latin1'), /111[^]*222/);
      socket.end(message('y', Buffer.from('?')));
      await once(socket, 'close');
      assert.match(Buffer.concat(received).toString('latin1'), /FATAL[^]*08P01/);
      assert.deepEqual((await pool.query('select 1 as n')).rows, [{ n: 1 }]);
    },
  );
});

test('kill -9 loses no acknowledged row, and the stale lock is taken over', async () => {
  const dataDir = join(root, 'shared');
  let database: SpawnedDatabase = await spawnDatabase(dataDir);
  const client = new pg.Client(database.url);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create table kept(n int primary key)');
  let acknowledged = 0;
  const writing = (async () => {
    for (;;) {
      await client.query('insert into kept values ($1)', [acknowledged + 1]);
      acknowledged++;
    }
  })();
  while (acknowledged < 300) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([assert.rejects(writing), database.end('SIGKILL')]);

  database = await spawnDatabase(dataDir);
  const pool = new pg.Pool({ connectionString: database.url });
  const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from kept where n <= $1', [
    acknowledged,
  ]);
  assert.equal(rows[0]?.n, acknowledged);
  await pool.end();

  await assert.rejects(spawnDatabase(dataDir), new RegExp(`in use by process ${database.child.pid}`));
  assert.equal(await database.end('SIGTERM'), 0);
});

test('the password is asked for', async () => {
  const dataDir = join(root, 'shared');
  const database = await spawnDatabase(dataDir, { TABLELORE_DATABASE_PASSWORD: 'secret' });
  const login = async (url: string): Promise<void> => {
    const client = new pg.Client(url);
    await client.connect();
    await client.end();
  };
  await assert.rejects(login(database.url.replace('postgres@', 'postgres:wrong1@')), { code: '28P01' });
  await login(database.url.replace('postgres@', 'postgres:secret@'));
  await database.end('SIGTERM');
});

test('a holder that waits for a second connection of its own is told so instead of blocking everybody', async () => {
  const onLost = (error: unknown): void => assert.fail(String(error));
  const server = await serveDatabase({
    dataDir: join(root, 'shared'),
    port: 0,
    password: null,
    idleLimitMs: 100,
    onLost,
  });
  const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, max: 2 });
  pool.on('error', () => undefined); // end() does not wait until the server has seen the last client go
  const holder = await pool.connect();
  const told = once(holder, 'error');
  await holder.query('begin');
  await holder.query('create table half_done(n int)');
  assert.deepEqual((await pool.query(`select to_regclass('half_done') as t`)).rows, [{ t: null }]);
  assert.match(String((await told)[0]), /kept a transaction open for 100 ms/);
  holder.release(true);
  await pool.end();
  await server.close();
});
