/** `doctor`: what is configured, what can be reached, what is missing. */
import type { Command } from 'commander';
import { explain } from '../../schema/contracts/errors.ts';
import { fail, looked, ok, type Finding } from '../doctor/check.ts';
import { checkDataDir, checkGit, checkNode } from '../doctor/machine.ts';
import { checkEmbeddings, checkModel } from '../doctor/model.ts';
import { checkDatabase, checkTemporal } from '../doctor/servers.ts';
import { checkFiles, checkRepo } from '../doctor/sources.ts';
import { indented } from '../paragraph.ts';
import { readSettings, resolveDataDir, type Settings } from '../settings.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { withCommonOptions, type CommonOptions } from './options.ts';

export function registerDoctor(program: Command): void {
  withCommonOptions(program.command('doctor'))
    .description('say what is configured, reachable and missing, and what to do')
    .addHelpText('after', '\nExit code 0 unless something fails, then 3.\n\nExample:\n  $ tablelore doctor')
    .action(async (options: CommonOptions) => {
      const terminal = openTerminal();
      const found: Finding[] = [];
      for await (const finding of examine(options)) {
        found.push(finding);
        if (!options.json) for (const line of findingLines(finding, terminal)) terminal.line(line);
      }
      const failed = found.filter(({ state }) => state === 'fail').length;
      const warned = found.filter(({ state }) => state === 'warn').length;
      if (options.json) terminal.line(JSON.stringify({ failed, warned, findings: found }));
      else {
        terminal.line();
        terminal.line(failed > 0 ? terminal.style('red', `${failed} to be mended, ${warned} to know of.`) : warned > 0 ? `Ready. ${warned} to know of.` : 'Ready.'); // prettier-ignore
      }
      if (failed > 0) process.exitCode = 3;
    });
}

async function* examine(options: CommonOptions): AsyncGenerator<Finding> {
  yield checkNode();
  yield await checkGit();
  const flags = { dataDir: options.dataDir, config: options.config };
  yield* await looked('data folder', () =>
    Promise.resolve(checkDataDir(resolveDataDir(flags, process.env, process.cwd()))),
  );
  let settings: Settings;
  try {
    settings = readSettings(flags);
  } catch (error) {
    yield fail('configuration', explain(error));
    return;
  }
  const { config, configPath, configDir } = settings;
  yield ok('configuration', `${configPath}, ${config.repos.map(({ name }) => name).join(', ')}`);
  for (const repo of config.repos) {
    yield await checkRepo(repo, configDir);
    yield* await looked('files', () => checkFiles(repo, configDir));
  }
  const why =
    settings.databaseUrl === null
      ? 'Look into the logs in the data folder.'
      : 'Check DATABASE_URL, and that the server runs.';
  yield* await looked('database', () => checkDatabase(settings), why);
  yield* await looked(
    'Temporal',
    () => checkTemporal(settings),
    'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TLS and key.',
  );
  yield* await looked('coding model', () => checkModel(settings));
  yield* await looked('embeddings', () => Promise.resolve(checkEmbeddings(settings)));
}

const marks = { ok: ['green', '✓'], warn: ['yellow', '!'], fail: ['red', '✗'] } as const;
const nameWidth = 18;

export function* findingLines(
  { name, state, text, next }: Finding,
  { style, width }: Pick<Terminal, 'style' | 'width'>,
): Generator<string> {
  const [colour, mark] = marks[state];
  const [first = '', ...rest] = text.split('\n').flatMap((line) => indented(line, nameWidth + 3, width));
  yield `${style(colour, mark)} ${name.padEnd(nameWidth)} ${first.trimStart()}`;
  yield* rest;
  if (next !== null)
    for (const line of indented(`→ ${next}`, nameWidth + 3, width)) yield style('cyan', line);
}
