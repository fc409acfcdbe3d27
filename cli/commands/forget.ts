/** `forget`: takes a person out of what query logs told. */
import type { Command } from 'commander';
import { count, oneLine } from '../../knowledge/plain-text.ts';
import { personKey } from '../../knowledge/rank/person-key.ts';
import { personSalt } from '../../store/settings.ts';
import { eraseUser } from '../../store/usage.ts';
import { NothingFound } from '../exit.ts';
import { withStore } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';
import { repoNames } from './reading.ts';

export function registerForget(program: Command): void {
  withCommonOptions(program.command('forget'))
    .description('take a person out of the usage that query logs told; their runs still count, as nobody’s')
    .argument('<person>', 'the user name as query logs have it')
    .option('--repo <name>', 'a repository of the configuration (default: all of them)')
    .addHelpText(
      'after',
      '\nTake the person out of the log files too: one that changes is read again.\n\nExample:\n  $ tablelore forget ana@acme.com',
    )
    .action(async (person: string, options: CommonOptions & { readonly repo?: string }) => {
      const settings = settingsOf(options);
      const names = repoNames(settings, options.repo);
      const terminal = openTerminal();
      await withStore(settings, async (db) => {
        const key = personKey(person, await personSalt(db));
        const rows: { readonly repo: string; readonly rows: number }[] = [];
        for (const repo of names) rows.push({ repo, rows: await eraseUser(db, repo, key) });
        const found = rows.filter((one) => one.rows > 0);
        if (found.length === 0) throw new NothingFound(`Usage of ${names.join(', ')} does not name ${oneLine(person)}.`); // prettier-ignore
        if (options.json) terminal.line(JSON.stringify(found));
        else
          for (const one of found)
            terminal.line(
              `${one.repo}: ${count(one.rows, 'row')} of usage no longer name ${oneLine(person)}.`,
            );
      });
    });
}
