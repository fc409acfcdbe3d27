/**
 * Scores keys and joins against tests: `node bench/grain.ts [FILE] --data-dir DIR | --repo PATH [--ref R] [--dialect D] [--disagreements] [--json]`. FILE holds tests
 * that somebody else read, one a line, in place of the repository's own; conditional ones and those with a threshold are left out. DIR is the data folder
 * of a night that is done (`bench/repository.ts … --data-dir DIR` makes one); with `--repo` a commit is read, linked and derived in this process, without a night.
 */
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readScores, type OtherTests, type Scores } from '../activities/accuracy.ts';
import { joinScoreLines, keyScoreLines } from '../cli/score-lines.ts';
import { withStore } from '../cli/session.ts';
import { readSettings } from '../cli/settings.ts';
import { openTerminal } from '../cli/terminal.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { testsOf, type DeclaredLine } from './repository/declared.ts';
import { dialectFlag, readJsonLines } from './inputs.ts';
import { readCommit } from './graph/commit.ts';
import { linkFiles, parseFiles } from './graph/graph.ts';
import { scoresOfCommit } from './graph/scores.ts';
import { initReaders } from '../parsers/registry.ts';

interface Flags {
  readonly json: boolean;
  readonly disagreements: boolean;
}

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'data-dir': { type: 'string' },
      repo: { type: 'string' },
      ref: { type: 'string' },
      dialect: { type: 'string' },
      disagreements: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const [file] = positionals;
  const tests = file === undefined ? null : readJsonLines<DeclaredLine>(file);
  const other: OtherTests | undefined = tests ? (paths) => testsOf(tests, paths) : undefined;
  if (flags.repo !== undefined)
    print(flags.repo, await ofCommit({ ...flags, repo: flags.repo }, other), flags); // prettier-ignore
  else if (flags['data-dir'] !== undefined) await ofNights(resolve(flags['data-dir']), other, flags);
  else throw new UserError('Of what?', { next: 'Give --data-dir of a night, or --repo.' });
}

async function ofCommit(
  { repo, ref, dialect }: { readonly repo: string; readonly ref?: string | undefined; readonly dialect?: string | undefined }, // prettier-ignore
  other: OtherTests | undefined,
): Promise<Scores> {
  await initReaders();
  const commit = await readCommit({ repo: resolve(repo), ref, dialect: dialectFlag(dialect) });
  const files = parseFiles(commit, commit.readable);
  return scoresOfCommit(files, linkFiles(files), other);
}

async function ofNights(dataDir: string, other: OtherTests | undefined, flags: Flags): Promise<void> {
  const settings = readSettings({ dataDir, config: join(dataDir, 'tablelore.yml') });
  await withStore(settings, async (db) => {
    for (const { name: repo } of settings.config.repos) {
      const night = await currentSnapshot(db, repo);
      if (!night) throw new UserError(`No night of ${repo} is done.`, {});
      print(repo, await readScores(db, repo, night.asOf, other), flags);
    }
  });
}

function print(repo: string, { keys, joins, comparisons }: Scores, { json, disagreements }: Flags): void {
  const terminal = openTerminal();
  if (json) {
    terminal.line(JSON.stringify({ repo, keys, joins }));
    return;
  }
  for (const line of [...keyScoreLines(keys, terminal), ...joinScoreLines(joins, terminal)])
    terminal.line(line);
  if (!disagreements) return;
  for (const { table, verdict, declared, derived } of comparisons.filter(
    ({ field, verdict: its }) => field === 'grain' && its !== 'exact',
  ))
    // prettier-ignore
    terminal.line(`${verdict} ${table}: tested ${declared}; derived ${derived ?? 'nothing'}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
