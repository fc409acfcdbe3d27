import { homedir } from 'node:os';
import { join } from 'node:path';

/** What the project keeps per user, outside any data folder: TABLELORE_CACHE_DIR, else a folder in the user's cache. */
export function cacheFolder(env: NodeJS.ProcessEnv): string {
  return env['TABLELORE_CACHE_DIR'] || join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'tablelore');
}
