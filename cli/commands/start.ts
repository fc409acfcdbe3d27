/** `start`: everything up, one night, what to try next; then it stays up. */
import { Option, type Command } from 'commander';
import { writeFileSync, mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { plan } from '../../activities/plan.ts';
import { buildFixtureRepo } from '../../fixtures/build-repo.ts';
import { printCard } from '../../knowledge/print-card.ts';
import { dialects, type Dialect } from '../../schema/contracts/dialect.ts';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { readCards } from '../../store/cards.ts';
import type { Database } from '../../store/database.ts';
import { readRun } from '../../store/runs.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { applySchedule } from '../schedule.ts';
import { runAndWatch } from '../run-watch.ts';
import { makeDataFolder } from '../services/data-folder.ts';
import { stopOnSignals } from '../services/stop-signals.ts';
import { watchServices } from '../services/watch-services.ts';
import type { Services } from '../services/services.ts';
import { editedConfig, withRepoFlags, writeConfig } from '../made-config.ts';
import { nightRequest } from '../night-request.ts';
import { patiently } from '../patience.ts';
import { checkRemotes } from '../remotes.ts';
import { startWorld, withDatabase } from '../session.ts';
import { currentDataDirFile, readSettings, type Settings } from '../settings.ts';
import { demoConfig, ownConfig, ownDataDir, repoConfigText, repoNameOf, repoUrlOf } from '../start-config.ts';
import { stepView } from '../step-view.ts';
import { summaryLines } from '../summary.ts';
import { connectClient } from '../temporal.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { fillStartForm } from '../start-form.ts';
import { startFormLink } from '../ui-links.ts';
import { tellUncommitted } from '../uncommitted.ts';
import { applyWatchSchedule } from '../watch-schedule.ts';
import { isoDate } from './nights.ts';
import { withCommonOptions, type CommonOptions } from './options.ts';
import { worthShowing } from '../worth-showing.ts';
import { daysBefore } from '../../schema/contracts/days.ts';

interface StartOptions extends CommonOptions {
  readonly repo?: string;
  readonly ref?: string;
  readonly dialect?: Dialect;
  readonly asOf?: string;
  readonly once?: boolean;
}

export function registerStart(program: Command): void {
  withCommonOptions(program.command('start'))
    .description('start everything, run one night, and stay up')
    .option(
      '--repo <path or URL>',
      'a repository to read (default: tablelore.yml here, else the fixture monorepo)',
    )
    .option('--ref <ref>', 'branch, tag or commit (default: the default branch)')
    .addOption(
      new Option('--dialect <dialect>', 'dialect of SQL that nothing in the repository tells').choices([
        ...dialects,
      ]),
    )
    .option(
      '--as-of <date>',
      'the night of this date (default: today; for the fixture its last day)',
      isoDate,
    )
    .option('--once', 'end when the night is done')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore start\n  $ tablelore start --repo ../pipelines --dialect snowflake --once',
    )
    .action(start);
}

async function start(options: StartOptions): Promise<void> {
  const terminal = openTerminal(options.json ? process.stderr : process.stdout);
  const signal = stopOnSignals();
  const { settings, asOf } = await prepare(options, terminal);
  signal.addEventListener('abort', () =>
    terminal.line(terminal.style('dim', '\nStopping. Ctrl-C again ends at once.')),
  );
  const services = await startWorld(settings, stepView(terminal, signal), signal);
  try {
    const watched = watchServices(services, signal, (text) => terminal.line(terminal.style('yellow', text)));
    const reports = await firstNight(settings, services, options.asOf ?? asOf, terminal, watched.signal);
    if (options.json) console.log(JSON.stringify(reports));
    else await tell(settings, services, reports, terminal);
    if (options.once) return;
    terminal.line(terminal.style('dim', '\nEverything stays up. Ctrl-C ends it.'));
    await watched.stopped;
  } finally {
    await services.stop();
  }
}

/** Makes the configuration where none is given, and remembers the data folder for later commands. */
async function prepare(
  options: StartOptions,
  terminal: Terminal,
): Promise<{ settings: Settings; asOf: string | null }> {
  const cwd = process.cwd();
  const flags = { dataDir: options.dataDir, config: options.config };
  const own = options.repo === undefined ? ownConfig(flags, process.env, cwd) : null;
  const given = options.dataDir ?? process.env.TABLELORE_DATA_DIR;
  const tellEdited = (path: string) =>
    terminal.line(`${terminal.style('green', '✓')} ${relative(cwd, path)} was edited and is kept`);
  let dataDir: string;
  let asOf: string | null = null;
  let config: string | undefined;
  if (options.repo !== undefined) {
    const { ref, dialect } = options;
    const url = repoUrlOf(options.repo, cwd);
    dataDir = resolve(cwd, given ?? join('.tablelore', repoNameOf(url)));
    config = join(dataDir, 'tablelore.yml');
    const edited = editedConfig(config);
    writeConfig(config, edited === null ? repoConfigText({ repo: url, ref, dialect }, cwd) : withRepoFlags(edited, config, { url, ref, dialect })); // prettier-ignore
    if (edited !== null) tellEdited(config);
  } else if (own !== null) {
    dataDir = resolve(cwd, given ?? ownDataDir(own, cwd));
    config = own;
  } else {
    dataDir = resolve(cwd, given ?? '.tablelore/demo');
    const demo = await demoConfig(dataDir);
    makeDataFolder(dataDir);
    const { head } = await buildFixtureRepo(demo.repoDir);
    config = join(dataDir, 'tablelore.yml');
    if (editedConfig(config) === null) writeConfig(config, demo.text);
    else tellEdited(config);
    asOf = demo.lastDay;
    terminal.line(
      `${terminal.style('green', '✓')} the fixture monorepo is a git repository of its own, at ${head.slice(0, 10)}`,
    );
  }
  const settings = readSettings({ dataDir, config });
  const night = options.asOf ?? null;
  plan(settings.config, { repo: null, from: night, to: night, everyDays: 1, nominalTime: Date.now() });
  await checkRemotes(settings.config.repos, settings.configDir, dataDir);
  mkdirSync(join(cwd, '.tablelore'), { recursive: true });
  writeFileSync(join(cwd, currentDataDirFile), `${relative(cwd, dataDir) || '.'}\n`);
  return { settings, asOf };
}

async function firstNight(
  settings: Settings,
  services: Services,
  asOf: string | null,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<RunReport[]> {
  const client = await patiently(() => connectClient(settings.temporal, services.temporalAddress));
  try {
    for (const repo of settings.config.repos) {
      await patiently(() => applyWatchSchedule(client, settings.config, repo.name));
      const { id, made } = await patiently(() => applySchedule(client, settings.config, repo));
      terminal.line(
        `${terminal.style('green', '✓')} the schedule ${id} ${made ? 'is made' : 'stands'}: ${settings.config.schedule.cron} (${settings.config.schedule.timeZone})`,
      );
    }
    await tellUncommitted(settings, terminal);
    terminal.line();
    const night = asOf === null ? null : await notBefore(services, settings, asOf);
    const request = nightRequest(night === null ? {} : { asOf: night }, settings.config.schedule.timeZone);
    const summaries = await runAndWatch(client, request, terminal, signal);
    return await readPatiently(services, async (db) => {
      const stored = await Promise.all(summaries.map(({ run }) => readRun(db, run)));
      return stored.flatMap((run) => run?.report ?? []);
    });
  } finally {
    // After Ctrl-C the wait for the result still asks again and again, and asking on a closed connection would end the program before its services.
    if (!signal.aborted) await client.connection.close();
  }
}

/** The date, or the published one where a later night has been published since: an older night would only become history. */
function notBefore(services: Services, settings: Settings, asOf: string): Promise<string> {
  return readPatiently(services, async (db) => {
    const published = await Promise.all(settings.config.repos.map((repo) => currentSnapshot(db, repo.name)));
    return [asOf, ...published.flatMap((snapshot) => snapshot?.asOf ?? [])].sort().at(-1) ?? asOf;
  });
}

/** A service that has just crashed must not end what its launcher keeps up. */
const readPatiently = <T>(services: Services, read: (db: Database) => Promise<T>): Promise<T> =>
  patiently(() => withDatabase(services.databaseUrl, read));

/** The summary, one card, three things to try. */
async function tell(
  settings: Settings,
  services: Services,
  reports: readonly RunReport[],
  terminal: Terminal,
): Promise<void> {
  const { style } = terminal;
  for (const report of reports) {
    terminal.line();
    for (const line of summaryLines(report, terminal)) terminal.line(line);
  }
  const shown = await readPatiently(services, async (db) => {
    for (const { repo } of reports) {
      const snapshot = await currentSnapshot(db, repo);
      if (snapshot === null) continue;
      const card = worthShowing(
        (await readCards(db, repo, null, { snapshot: snapshot.id })).map((stored) => stored.card),
      );
      if (card) return card;
    }
    return null;
  });
  if (shown) {
    terminal.line(`\n${printCard(shown, { width: terminal.width, colour: terminal.live }).trimEnd()}`);
  }
  const [report] = reports;
  if (!report) return;
  const name = shown?.table ?? 'TABLE';
  terminal.line();
  terminal.line(style('bold', 'Three things to try'));
  terminal.line(`  npx tablelore search "${question(settings)}"`);
  terminal.line(`  npx tablelore enrich ${name} --force`);
  if (services.temporalUiUrl === null) return;
  const ui = services.temporalUiUrl;
  const link = await patiently(() => backfillForm(settings, services, ui, report));
  terminal.line(`  a backfill from the Temporal UI, with its form filled in:`);
  terminal.line(`  ${link}`);
}

/** The link to the UI's start form, which then holds a backfill of the five nights before. */
async function backfillForm(
  settings: Settings,
  services: Services,
  ui: string,
  { repo, asOf }: RunReport,
): Promise<string> {
  const form = {
    workflow: 'backfill',
    workflowId: `backfill-${repo}`,
    input: { repo, from: daysBefore(asOf, 5), to: daysBefore(asOf) },
  } as const;
  const client = await connectClient(settings.temporal, services.temporalAddress);
  try {
    await fillStartForm(client, form);
  } finally {
    await client.connection.close();
  }
  return startFormLink(ui, settings.temporal.namespace, form.workflow, form.workflowId);
}

const question = (settings: Settings): string =>
  settings.config.repos[0]?.name === 'acme-pipelines' ? 'daily revenue by channel' : 'one row per customer';
