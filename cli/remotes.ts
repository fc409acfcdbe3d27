/** A look at the repositories before anything is started for them. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RepoConfig } from '../schema/contracts/config.ts';
import { isTableloreError } from '../schema/contracts/errors.ts';
import { remoteHead } from '../source/remote-head.ts';

/**
 * Throws when a repository, its ref or access to it is missing: sooner, and with less left behind, than a night would. That a remote does not answer
 * throws only where no mirror of it is in the data folder yet: with one, the night itself tries again.
 */
export async function checkRemotes(
  repos: readonly Pick<RepoConfig, 'name' | 'url' | 'ref'>[],
  baseDir: string,
  dataDir: string,
): Promise<void> {
  for (const { name, url, ref } of repos) {
    try {
      await remoteHead({ url, ref, baseDir });
    } catch (error) {
      const passing = isTableloreError(error) && error.retry;
      if (!passing || !existsSync(join(dataDir, 'mirrors', `${name}.git`, 'HEAD'))) throw error;
    }
  }
}
