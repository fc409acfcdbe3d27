/** Runs a workflow for a command: services joined or started, progress shown, the result printed. */
import type { Card } from '../schema/contracts/card.ts';
import type { RunReport } from '../schema/contracts/runs.ts';
import { printCard } from '../knowledge/print-card.ts';
import { readCards } from '../store/cards.ts';
import { readRun } from '../store/runs.ts';
import type { RunSummary } from '../activities/contract.ts';
import { plan } from '../activities/plan.ts';
import { settingsOf, type CommonOptions } from './commands/options.ts';
import { previewRun, RunFailed, runAndWatch, type RunRequest } from './run-watch.ts';
import { stopOnSignals } from './services/stop-signals.ts';
import { databaseUrlNow, withClient, withDatabase, withWorld, type World } from './session.ts';
import type { Settings } from './settings.ts';
import { stepView } from './step-view.ts';
import { summaryLines } from './summary.ts';
import { duration, openTerminal, type Terminal } from './terminal.ts';
import { tellUncommitted } from './uncommitted.ts';
import { workflowLink } from './ui-links.ts';

/** One run's end, with its report where it left one, and the card where it was for a single table. */
export interface Ended {
  readonly summary: RunSummary;
  readonly report: RunReport | null;
  readonly card: Card | null;
}

/** Options that say which nights are meant. */
export interface AskedNights extends CommonOptions {
  readonly repo?: string;
  readonly asOf?: string;
  readonly from?: string;
  readonly to?: string;
  readonly every?: number;
}

/** With `--json`, one array on stdout: reports, else summaries. A request that depends on what is published is made when the services run. */
export async function runCommand(
  options: AskedNights,
  asked: RunRequest | ((settings: Settings, world: World) => RunRequest | Promise<RunRequest>),
  print: (ended: readonly Ended[], terminal: Terminal) => void,
): Promise<void> {
  const settings = plannable(options);
  const terminal = openTerminal(options.json ? process.stderr : process.stdout);
  const signal = stopOnSignals();
  await withWorld(
    settings,
    stepView(terminal, signal),
    async (world) => {
      signal.addEventListener('abort', () =>
        terminal.line(
          terminal.style(
            'dim',
            world.joined
              ? '\nThe run goes on; `tablelore status` shows it.'
              : '\nStopping. The run goes on with the next start.',
          ),
        ),
      );
      const request = typeof asked === 'function' ? await asked(settings, world) : asked;
      await withClient(
        settings,
        world,
        async (client) => {
          if (request.workflow === 'nightly') await tellUncommitted(settings, terminal);
          const summaries = await runAndWatch(client, request, terminal, signal);
          const ended = await withDatabase(await databaseUrlNow(settings, world), (db) => Promise.all(summaries.map((summary) => endOf(db, summary)))); // prettier-ignore
          if (options.json)
            console.log(JSON.stringify(ended.map(({ report, summary }) => report ?? summary)));
          else print(ended, terminal);
          const failed = summaries.find((summary) => summary.outcome === 'failed');
          if (failed) throw new RunFailed(failed.reason ?? 'The run failed.');
        },
        signal,
      );
      if (world.temporalUiUrl && world.joined && !options.json) {
        terminal.line(
          `  ${terminal.style('dim', workflowLink(world.temporalUiUrl, world.namespace, request.workflowId))}`,
        );
      }
    },
    signal,
  );
}

/** A dry run: what each night would do and cost. With `--json`, one object. */
export async function previewCommand(options: AskedNights, request: RunRequest): Promise<void> {
  const settings = plannable(options);
  const terminal = openTerminal(options.json ? process.stderr : process.stdout);
  const signal = stopOnSignals();
  await withWorld(
    settings,
    stepView(terminal, signal),
    async (world) => {
      const preview = await withClient(
        settings,
        world,
        (client) => previewRun(client, request, terminal, signal),
        signal,
      );
      if (options.json) console.log(JSON.stringify(preview));
      else for (const line of ['', ...preview.inWords]) terminal.line(line);
    },
    signal,
  );
}

async function endOf(db: Parameters<typeof readRun>[0], summary: RunSummary): Promise<Ended> {
  const report = (await readRun(db, summary.run))?.report ?? null;
  const cards =
    summary.table === null ? [] : await readCards(db, summary.repo, [summary.table], { asOf: summary.asOf });
  return { summary, report, card: cards[0]?.card ?? null };
}

export function printReports(ended: readonly Ended[], terminal: Terminal): void {
  for (const { summary, report } of ended) {
    terminal.line();
    if (report) for (const line of summaryLines(report, terminal)) terminal.line(line);
    else terminal.line(plainEnd(summary));
  }
}

/** What was done for the table, then its card. */
export function printEnriched(ended: readonly Ended[], terminal: Terminal): void {
  for (const { summary, report, card } of ended) {
    terminal.line();
    if (report === null || card === null) {
      terminal.line(plainEnd(summary));
      continue;
    }
    const words =
      summary.outcome === 'unchanged'
        ? 'nothing changed, its card stands'
        : summary.outcome === 'history'
          ? 'its card of that date is kept as history'
          : 'its card is published';
    terminal.line(
      `${terminal.style('bold', card.table)} as of ${report.asOf}, commit ${report.commit.slice(0, 12)}: ${words} (${duration(report.seconds)})`,
    );
    terminal.line();
    terminal.line(printCard(card, { width: terminal.width, colour: terminal.live }).trimEnd());
  }
}

const plainEnd = ({ repo, asOf, outcome, reason }: RunSummary): string =>
  `${repo} as of ${asOf}: ${outcome}${reason === null ? '' : `, ${reason}`}`;

/** The settings; throws a `UserError` for nights that cannot be, before any server is started for them. */
function plannable(options: AskedNights): Settings {
  const settings = settingsOf(options);
  const { repo, asOf, from = asOf, to = asOf, every = 1 } = options;
  plan(settings.config, { repo: repo ?? null, from: from ?? null, to: to ?? null, everyDays: every, nominalTime: Date.now() }); // prettier-ignore
  return settings;
}
