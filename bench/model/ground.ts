/** What a load on the model is measured on: a repository with its configuration, the night that reads it, and limits. */
import { existsSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { dayIn } from '../../activities/plan.ts';
import { writeConfig } from '../../cli/made-config.ts';
import { demoConfig, repoNameOf } from '../../cli/start-config.ts';
import { buildFixtureRepo } from '../../fixtures/build-repo.ts';
import { dialectFlag } from '../inputs.ts';
import { syntheticOptions } from '../synthetic.ts';
import { syntheticDefaults } from '../synthetic/files.ts';
import { writeHistory } from '../synthetic/history.ts';

export interface LoadLimits {
  /** A minute's. */
  readonly requestsPerMinute: number;
  readonly tokensPerMinute: number;
  readonly tablesPerNight: number;
}

export interface Ground {
  readonly config: string;
  /** ISO date of the night. */
  readonly asOf: string;
}

/** `flags`: those of bench/synthetic.ts, or `repo` with `dialect`, or `fixture`. Writes the configuration, and the repository where it is made. */
export async function makeGround(
  dataDir: string,
  flags: Readonly<Record<string, unknown>> & { readonly from: string },
  model: LoadLimits,
): Promise<Ground> {
  const config = join(dataDir, 'tablelore.yml');
  const write = (body: object) => {
    writeConfig(config, JSON.stringify({ version: 1, model, embeddings: { provider: 'local' }, ...body }));
  };
  if (flags.fixture === true) {
    const { text, repoDir, lastDay } = await demoConfig(dataDir);
    await buildFixtureRepo(repoDir);
    write({ repos: (parse(text) as { repos: object[] }).repos });
    return { config, asOf: lastDay };
  }
  if (typeof flags.repo === 'string') {
    const url = resolve(flags.repo);
    const dialect = dialectFlag(typeof flags.dialect === 'string' ? flags.dialect : undefined);
    write({ repos: [{ name: repoNameOf(url), url, ...(dialect && { dialect }) }] });
    return { config, asOf: dayIn('UTC', Date.now()) };
  }
  const url = join(dataDir, 'monorepo');
  const options = syntheticOptions(flags);
  if (existsSync(url)) rmSync(url, { recursive: true });
  await writeHistory(url, options, [{ day: flags.from, changed: 0 }]);
  write({ repos: [{ name: 'synthetic', url, dialect: options.dialect, defaults: syntheticDefaults }] });
  return { config, asOf: flags.from };
}
