/** What all worlds of a bench have in common: the fixture repository, an empty database, the workflows with short timeouts, servers. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startServices } from '../../cli/services/supervisor.ts';
import { withDatabase } from '../../cli/session.ts';
import { demoConfig } from '../../cli/start-config.ts';
import { workflowBundle } from '../../cli/workflow-bundle.ts';
import { buildFixtureRepo } from '../../fixtures/build-repo.ts';
import { SystemError } from '../../schema/contracts/errors.ts';
import { migrate } from '../../store/migrate.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { emptyReading } from '../../test/support/empty-reading.ts';
import { findPostgres, startPostgres, type TestPostgres } from '../../test/support/postgres.ts';
import {
  startScriptedModelServer,
  type ScriptedModelServer,
} from '../../test/support/scripted-model-server.ts';

export const databases = ['embedded', 'postgres'] as const;
export type DatabaseKind = (typeof databases)[number];

export interface Ground {
  readonly folder: string;
  readonly model: ScriptedModelServer;
  /** Null: each world has the embedded database. */
  readonly postgres: TestPostgres | null;
  close(): Promise<void>;
}

/** Made in `folder`, once; `layGround` copies it. */
export async function makeGround(folder: string, kind: DatabaseKind): Promise<Ground> {
  mkdirSync(folder, { recursive: true });
  const bin = findPostgres();
  if (kind === 'postgres' && bin === null)
    throw new SystemError('There is no Postgres to start.', { next: 'Set TEST_POSTGRES_BIN.' });
  await buildFixtureRepo(join(folder, 'repo'));
  await shortTimeouts(join(folder, 'cache'));
  const postgres = kind === 'postgres' && bin !== null ? await startPostgres(bin, true) : null;
  if (postgres === null) {
    const services = await startServices({
      dataDir: folder,
      only: ['database'],
      searchAttributes,
      onStep: () => {},
    });
    await prepare(services.databaseUrl).finally(() => services.stop());
  }
  const model = await startScriptedModelServer({ otherwise: () => ({ answer: emptyReading }) });
  return {
    folder,
    model,
    postgres,
    async close() {
      // A request that a kill cut off is no wrong one.
      await model.close().catch(() => {});
      await postgres?.stop();
    },
  };
}

/** Copies the ground into a new data folder; returns the path of its configuration. */
export async function layGround({ folder, postgres }: Ground, dir: string): Promise<string> {
  const demo = await demoConfig(dir);
  mkdirSync(dir, { recursive: true });
  cpSync(join(folder, 'repo'), demo.repoDir, { recursive: true });
  cpSync(join(folder, 'cache'), join(dir, 'cache'), { recursive: true });
  if (postgres === null) cpSync(join(folder, 'postgres'), join(dir, 'postgres'), { recursive: true });
  const config = parse(demo.text) as { repos: object[] } & Record<string, unknown>;
  config.repos = config.repos.map((repo) => ({ ...repo, include: ['dbt/**', 'dataform/**', 'spark/**'] }));
  config.model = { name: 'gpt-test', requestsPerMinute: 100_000, tokensPerMinute: 1_000_000_000 };
  const path = join(dir, 'tablelore.yml');
  writeFileSync(path, stringify(config));
  return path;
}

/** Brings a database up to date, with people hashed alike in all worlds. */
export function prepare(url: string): Promise<void> {
  return withDatabase(url, async (db) => {
    await migrate(db);
    await db.insertInto('tablelore.setting').values({ name: 'person_salt', value: 'salt' }).execute();
  });
}

/** Bundles the workflows so that a silent worker is taken for dead within seconds, and what failed is tried again soon. */
async function shortTimeouts(cache: string): Promise<void> {
  await workflowBundle(cache);
  const [name = ''] = readdirSync(cache);
  const code = readFileSync(join(cache, name), 'utf8')
    .replace(/heartbeatTimeout: '[^']+'/g, "heartbeatTimeout: '5 seconds'")
    .replace(/startToCloseTimeout: '2 minutes'/g, "startToCloseTimeout: '10 seconds'")
    .replace(/maximumInterval: '[^']+'/g, "maximumInterval: '2 seconds'");
  writeFileSync(join(cache, name), code);
}
