/**
 * Scores keys and joins against tests that somebody else read: `node bench/grain.ts FILE --data-dir DIR [--json]`. FILE has one line a test, DIR is the data
 * folder of a night that is done (`bench/repository.ts … --data-dir DIR` makes one). Conditional tests and those with a threshold are left out.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readScores } from '../activities/accuracy.ts';
import { joinScoreLines, keyScoreLines } from '../cli/score-lines.ts';
import { withStore } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { openTerminal } from '../cli/terminal.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { testsOf, type DeclaredLine } from './repository/declared.ts';
import { readJsonLines } from './inputs.ts';

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'data-dir': { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [file] = positionals;
  const dir = flags['data-dir'];
  if (file === undefined || dir === undefined)
    throw new UserError('Which tests, and which night?', { next: 'Give a file and --data-dir.' });
  const tests = readJsonLines<DeclaredLine>(file);
  const dataDir = resolve(dir);
  const settings = readSettings({ dataDir, config: join(dataDir, 'tablelore.yml') });
  const terminal = openTerminal();
  await withStore(settings, async (db) => {
    for (const { name: repo } of settings.config.repos) {
      const night = await currentSnapshot(db, repo);
      if (!night) throw new UserError(`No night of ${repo} is done.`, {});
      const { keys, joins } = await readScores(db, repo, night.asOf, (paths) => testsOf(tests, paths));
      if (flags.json) terminal.line(JSON.stringify({ repo, asOf: night.asOf, keys, joins }));
      else
        for (const line of [...keyScoreLines(keys, terminal), ...joinScoreLines(joins, terminal)])
          terminal.line(line);
    }
  });
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
