/** `schedule`: the nights that Temporal starts by itself. */
import type { Client } from '@temporalio/client';
import { Argument, type Command } from 'commander';
import type { Config } from '../../schema/contracts/config.ts';
import { NothingFound } from '../exit.ts';
import {
  applySchedule,
  minuteOf,
  readSchedule,
  scheduleId,
  setPaused,
  type ScheduleState,
} from '../schedule.ts';
import { withTemporal } from '../session.ts';
import { applyWatchSchedule } from '../watch-schedule.ts';
import { openTerminal, type Terminal } from '../terminal.ts';
import { scheduleLink } from '../ui-links.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';
import { repoNames } from './reading.ts';

const actions = ['show', 'apply', 'pause', 'resume'] as const;
type Action = (typeof actions)[number];

export function registerSchedule(program: Command): void {
  withCommonOptions(program.command('schedule'))
    .description('show the nightly schedule, bring it in line with the configuration, pause it or resume it')
    .addArgument(new Argument('[action]').choices(actions).default('show'))
    .option('--repo <name>', 'a repository of the configuration (default: all of them)')
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore schedule show\n  $ tablelore schedule pause --repo pipelines',
    )
    .action(async (action: Action, options: CommonOptions & { repo?: string }) => {
      const settings = settingsOf(options);
      const repos = repoNames(settings, options.repo);
      const terminal = openTerminal();
      await withTemporal(settings, async (client, uiUrl) => {
        for (const repo of repos) {
          const done = await act(client, settings.config, repo, action);
          const state = await readSchedule(client, repo);
          if (state === null)
            throw new NothingFound(`${repo} has no schedule. \`tablelore schedule apply\` makes it.`);
          if (options.json) terminal.line(JSON.stringify({ repo, ...state }));
          else for (const line of scheduleLines(state, settings.config, done, terminal)) terminal.line(line);
          if (uiUrl !== null && !options.json)
            terminal.line(
              `  ${terminal.style('dim', scheduleLink(uiUrl, settings.temporal.namespace, scheduleId(repo)))}`,
            );
        }
      });
    });
}

/** Returns what `apply` did, in words; else nothing. Throws `NothingFound` when there is no schedule to pause or resume. */
async function act(client: Client, config: Config, repo: string, action: Action): Promise<string> {
  if (action === 'show') return '';
  if (action === 'apply') {
    const entry = config.repos.find(({ name }) => name === repo);
    if (entry === undefined) return '';
    await applyWatchSchedule(client, config, repo);
    return (await applySchedule(client, config, entry)).made
      ? 'made'
      : 'brought in line with the configuration';
  }
  if ((await readSchedule(client, repo)) === null)
    throw new NothingFound(`${repo} has no schedule. \`tablelore schedule apply\` makes it.`);
  await setPaused(client, repo, action === 'pause');
  return '';
}

function* scheduleLines(
  state: ScheduleState,
  { schedule }: Pick<Config, 'schedule'>,
  done: string,
  { style }: Pick<Terminal, 'style'>,
): Generator<string> {
  const paused = state.paused ? style('yellow', ' is paused') : ' is on';
  yield `${style('bold', state.id)}${paused}${done === '' ? '' : style('dim', ` (${done})`)}`;
  yield `  configured  ${schedule.cron} (${schedule.timeZone})`;
  if (state.note !== null) yield `  note        ${state.note}`;
  const next = state.paused ? [] : state.nextRuns;
  yield `  next        ${next.map(minuteOf).join(', ') || 'none'}`;
  yield `  last        ${
    state.recentRuns
      .slice(-3)
      .map(({ at }) => minuteOf(at))
      .join(', ') || 'none yet'
  }`;
}
