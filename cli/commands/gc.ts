/** `gc`: drops nights that nobody asks for any more. */
import type { Command } from 'commander';
import { UserError } from '../../schema/contracts/errors.ts';
import { count } from '../../knowledge/plain-text.ts';
import { currentSnapshot } from '../../store/snapshots.ts';
import { daysBefore } from '../../schema/contracts/days.ts';
import { dropNights, type DroppedNights } from '../../store/old-nights.ts';
import { NothingFound } from '../exit.ts';
import { withStore } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { integerWithin, settingsOf, withCommonOptions, type CommonOptions } from './options.ts';
import { repoNames } from './reading.ts';

interface GcOptions extends CommonOptions {
  readonly repo?: string;
  readonly keepDays?: number;
}

export function registerGc(program: Command): void {
  withCommonOptions(program.command('gc'))
    .description('drop old nights: their claims and cards, as far as no later night has the same')
    .option(
      '--keep-days <days>',
      'days before the published night that stay readable (default: `keepDays` of the configuration)',
      integerWithin(14, 36_500),
    ) // prettier-ignore
    .option('--repo <name>', 'a repository of the configuration (default: all of them)')
    .addHelpText('after', '\nExample:\n  $ tablelore gc --keep-days 90')
    .action(async (options: GcOptions) => {
      const settings = settingsOf(options);
      const keepDays = options.keepDays ?? settings.config.keepDays;
      if (keepDays === undefined)
        throw new UserError('How many days are to be kept?', { next: 'Give --keep-days, or set `keepDays` in the configuration.' }); // prettier-ignore
      const names = repoNames(settings, options.repo);
      const terminal = openTerminal();
      await withStore(settings, async (db) => {
        const dropped: ({ readonly repo: string } & DroppedNights)[] = [];
        for (const repo of names) {
          const published = await currentSnapshot(db, repo);
          if (published) dropped.push({ repo, ...(await dropNights(db, repo, daysBefore(published.asOf, keepDays))) }); // prettier-ignore
        }
        if (dropped.length === 0) throw new NothingFound(`No night of ${names.join(', ')} is published yet. Run \`tablelore nightly\`.`); // prettier-ignore
        if (options.json) terminal.line(JSON.stringify(dropped));
        else for (const one of dropped) terminal.line(droppedLine(one));
      });
    });
}

function droppedLine({
  repo,
  oldest,
  nights,
  sets,
  cards,
}: { readonly repo: string } & DroppedNights): string {
  if (oldest === null) return `${repo}: no night is that old.`;
  if (nights === 0 && sets === 0) return `${repo}: nothing to drop; the oldest night is ${oldest}.`;
  return `${repo}: dropped ${count(nights, 'night')} before ${oldest}, with ${count(sets, 'result')} and ${count(cards, 'version')} of cards that no later night has.`;
}
