import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { sql } from 'kysely';
import { serveDatabase, type DatabaseServer } from '../../cli/services/database/server.ts';
import { openDatabase, type Database } from '../../store/database.ts';
import { migrate } from '../../store/migrate.ts';
import { findPostgres, startPostgres } from './postgres.ts';

export interface TestDatabase {
  /** Migrated and empty. */
  readonly db: Database;
  readonly url: string;
  readonly kind: 'pglite' | 'postgres';
}

interface Server {
  /** A database without our schema. */
  fresh(): Promise<string>;
  stop(): Promise<void>;
}

const servers = new Map<TestDatabase['kind'], Promise<Server>>();
const starters = { pglite: startEmbedded, postgres: startReal };

/**
 * Registers the test twice: on PGlite, behind the embedded server, and on Postgres (`TEST_DATABASE_URL`, else one that is started for this test
 * file; skipped with the reason where there is neither). Each gets an empty, migrated database. Tests of one file must not run side by side.
 */
export function withDatabases(
  name: string,
  body: (database: TestDatabase, t: TestContext) => Promise<void>,
): void {
  withEmptyDatabases(name, async (database, t) => {
    await migrate(database.db);
    await body(database, t);
  });
}

/** The same, without our schema. */
export function withEmptyDatabases(
  name: string,
  body: (database: TestDatabase, t: TestContext) => Promise<void>,
): void {
  for (const kind of ['pglite', 'postgres'] as const) {
    const skip =
      kind === 'postgres' && !hasPostgres() && 'no TEST_DATABASE_URL, and no Postgres in .cache/postgres';
    test(`${name} (${kind})`, { skip }, async (t) => {
      const url = await (await serverOf(kind)).fresh();
      const db = openDatabase(url, { max: 4 });
      try {
        await body({ db, url, kind }, t);
      } finally {
        await db.destroy();
      }
    });
  }
}

export function hasPostgres(): boolean {
  return process.env.TEST_DATABASE_URL !== undefined || findPostgres() !== null;
}

function serverOf(kind: TestDatabase['kind']): Promise<Server> {
  const running = servers.get(kind) ?? starters[kind]();
  servers.set(kind, running);
  return running;
}

after(async () => {
  for (const server of servers.values()) await (await server).stop();
});

async function startEmbedded(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tablelore-pglite-'));
  cpSync(await embeddedTemplate(), dataDir, { recursive: true });
  const server = await serve(dataDir);
  const url = `postgres://postgres@127.0.0.1:${server.port}/postgres`;
  return {
    fresh: async () => {
      await run(url, 'drop schema if exists tablelore cascade');
      return url;
    },
    stop: async () => {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A data folder with an empty database, made once for all test files: making one takes ten times as long as copying it. */
export async function embeddedTemplate(): Promise<string> {
  const root = join(import.meta.dirname, '../..');
  const manifest = readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8');
  const cache = join(root, '.cache');
  const template = join(cache, `pglite-${(JSON.parse(manifest) as { version: string }).version}`);
  if (!existsSync(template)) {
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(`${template}-`);
    await (await serve(made)).close();
    try {
      renameSync(made, template);
    } catch {
      // Another test file was first.
      rmSync(made, { recursive: true, force: true });
    }
  }
  return template;
}

function serve(dataDir: string): Promise<DatabaseServer> {
  const onLost = (error: unknown) => {
    throw error;
  };
  return serveDatabase({ dataDir, port: 0, password: null, idleLimitMs: 30_000, onLost });
}

async function startReal(): Promise<Server> {
  const bin = findPostgres();
  const own = process.env.TEST_DATABASE_URL === undefined && bin !== null ? await startPostgres(bin) : null;
  const admin = own?.url ?? process.env.TEST_DATABASE_URL ?? '';
  const names: string[] = [];
  return {
    fresh: async () => {
      const name = `tablelore_test_${process.pid}_${names.length}`;
      names.push(name);
      await run(admin, `create database ${name} template template0`);
      const url = new URL(admin);
      url.pathname = `/${name}`;
      return url.href;
    },
    stop: async () => {
      if (own) return own.stop();
      for (const name of names) await run(admin, `drop database if exists ${name} with (force)`);
    },
  };
}

async function run(url: string, statement: string): Promise<void> {
  const db = openDatabase(url, { max: 1 });
  try {
    await sql.raw(statement).execute(db);
  } finally {
    await db.destroy();
  }
}
