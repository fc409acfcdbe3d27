/**
 * A client process of database-server.test.ts: `node large-parameter-client.ts <url> <name> <statements>`. Sends large
 * autocommit statements and small transactions over four connections at once, and checks that every answer is its own.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';

const [, , url = '', name = '', statements = '0'] = process.argv;
const pool = new pg.Pool({ connectionString: url, max: 4 });
const filler = 'x'.repeat(200_000);

async function largeStatement(n: number): Promise<void> {
  const text = `${name}:${n}:${filler}`;
  const { rows } = await pool.query('select $1::text as name, $2::int as n, md5($3::text) as hash', [
    name,
    n,
    text,
  ]);
  const hash = createHash('md5').update(text).digest('hex');
  const [row] = rows as { name: string; n: number; hash: string }[];
  if (rows.length !== 1 || row?.name !== name || row.n !== n || row.hash !== hash) {
    throw new Error(`${name} asked for statement ${n} and got ${JSON.stringify(rows)}`);
  }
}

async function transaction(n: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('begin');
    await client.query('insert into written(client, n, body) values ($1, $2, $3)', [name, n, filler]);
    if (n % 5 === 0) await client.query('rollback');
    else await client.query('commit');
  } finally {
    client.release();
  }
}

const work = Array.from({ length: Number(statements) }, (_, n) => n);
const lanes = Array.from({ length: 4 }, async () => {
  for (let n = work.shift(); n !== undefined; n = work.shift()) {
    await largeStatement(n);
    if (n % 4 === 0) await transaction(n);
  }
});
await Promise.all(lanes);
await pool.end();
