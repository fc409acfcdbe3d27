/**
 * Throughput and memory of the embedded database, through its wire server: `node bench/database-server.ts [seconds]`.
 * Each figure is measured for that many seconds (default 3) on a new database in a temporary folder.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { readServiceMessage } from '../cli/services/service-message.ts';

const seconds = Number(process.argv[2] ?? 3);
const dataDir = mkdtempSync(join(tmpdir(), 'tablelore-bench-'));
const program = new URL('../cli/services/database-server.ts', import.meta.url);

/** Runs `work` from `clients` connections at once until the time is over; how often per second it was done. */
async function rate(pool: pg.Pool, clients: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  const end = start + seconds * 1000;
  let done = 0;
  const lanes = Array.from({ length: Math.min(clients, pool.options.max ?? 1) }, async () => {
    while (performance.now() < end) await work(done++);
  });
  await Promise.all(lanes);
  return done / ((performance.now() - start) / 1000);
}

/** Resident memory of a process in MB; NaN where there is no /proc. */
function residentMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const [, kb] = new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Math.round(Number(kb) / 1024);
  } catch {
    return NaN;
  }
}

async function open(): Promise<{ pid: number; pool: pg.Pool; ms: number; close(): Promise<void> }> {
  const start = performance.now();
  const child = fork(program, ['--data-dir', dataDir], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const message = readServiceMessage((await once(child, 'message'))[0]);
  if (message?.kind !== 'ready') throw new Error(message?.text ?? 'the database did not start');
  const pool = new pg.Pool({
    connectionString: `postgres://postgres@127.0.0.1:${message.port}/postgres`,
    max: 8,
  });
  pool.on('error', () => undefined);
  const close = async (): Promise<void> => {
    await pool.end();
    child.kill('SIGTERM');
    await once(child, 'exit');
  };
  return { pid: child.pid as number, pool, ms: performance.now() - start, close };
}

const print = (what: string, value: number, unit: string): void =>
  console.log(`${what.padEnd(58)} ${value.toFixed(value < 10 ? 1 : 0).padStart(8)} ${unit}`);

try {
  const created = await open();
  print('start with a new folder', created.ms, 'ms');
  await created.close();
  const { pid, pool, ms, close } = await open();
  print('start with an existing folder', ms, 'ms');
  print('memory after start', residentMb(pid, 'VmRSS'), 'MB');

  await pool.query(
    'create table claim(id bigint generated always as identity primary key, tbl text, field text, value jsonb)',
  );
  const rows = Array.from({ length: 1000 }, (_, n) => ({
    tbl: `schema.table_${n}`,
    field: 'grain',
    value: { keys: [n, 'x'.repeat(100)] },
  }));
  const batch = JSON.stringify(rows);
  const insert = `insert into claim(tbl, field, value)
    select tbl, field, value from json_to_recordset($1::json) as r(tbl text, field text, value jsonb)`;
  for (const clients of [1, 4]) {
    const batches = await rate(pool, clients, () => pool.query(insert, [batch]));
    print(
      `inserts of 1,000 rows as JSON (${Math.round(batch.length / 1024)} kB), ${clients} client(s)`,
      batches,
      'per s',
    );
  }
  await pool.query('analyze claim');
  for (const clients of [1, 8]) {
    const queries = await rate(pool, clients, (n) =>
      pool.query('select field from claim where id = $1', [1 + (n % 1000)]),
    );
    print(`queries by primary key, ${clients} client(s)`, queries, 'per s');
  }
  const transactions = await rate(pool, 8, async (n) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(`select set_config('app.user', $1, true)`, [`user ${n}`]);
    await client.query('select field from claim where id = $1', [1 + (n % 1000)]);
    await client.query('commit');
    client.release();
  });
  print('transactions of four statements, 8 clients', transactions, 'per s');
  const one = await pool.connect();
  await one.query(`set work_mem = '8MB'`);
  const switches = await rate(pool, 2, async () => {
    await one.query('select 1');
    await pool.query('select 1');
  });
  print('pairs of queries with different session settings', switches, 'per s');
  one.release(true);
  print('memory now', residentMb(pid, 'VmRSS'), 'MB');
  print('memory at most', residentMb(pid, 'VmHWM'), 'MB');
  await close();
} finally {
  rmSync(dataDir, { recursive: true, force: true });
}
