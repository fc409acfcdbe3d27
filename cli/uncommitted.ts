/** Tells of changes in repositories that no night reads, since nights read commits. */
import { hasUncommittedChanges } from '../source/mirror.ts';
import type { Settings } from './settings.ts';
import type { Terminal } from './terminal.ts';

/** One line for each repository that is a folder with changes that are not committed. */
export async function tellUncommitted(
  { config, configDir }: Pick<Settings, 'config' | 'configDir'>,
  { line, style }: Pick<Terminal, 'line' | 'style'>,
): Promise<void> {
  for (const { name, url } of config.repos) {
    const changed = await hasUncommittedChanges({ url, baseDir: configDir }).catch(() => false);
    if (changed)
      line(`${style('yellow', '–')} ${name} has changes that are not committed: they are not read`);
  }
}
