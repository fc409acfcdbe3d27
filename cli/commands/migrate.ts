/** `migrate`: brings the database up to date. */
import type { Command } from 'commander';
import { migrate } from '../../store/migrate.ts';
import { withUnmigratedStore } from '../session.ts';
import { openTerminal } from '../terminal.ts';
import { settingsOf, withCommonOptions, type CommonOptions } from './options.ts';

export function registerMigrate(program: Command): void {
  withCommonOptions(program.command('migrate'))
    .description('bring the schema of the database up to date')
    .addHelpText('after', '\nExample:\n  $ DATABASE_URL=postgres://… tablelore migrate')
    .action(async (options: CommonOptions) => {
      const settings = settingsOf(options);
      const applied = await withUnmigratedStore(settings, (db) => migrate(db));
      const terminal = openTerminal();
      if (options.json) terminal.line(JSON.stringify({ applied }));
      else if (applied.length === 0) terminal.line('The database is up to date.');
      else for (const name of applied) terminal.line(`${terminal.style('green', '✓')} ${name}`);
    });
}
