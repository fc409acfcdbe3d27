/** `claims`: the ledger as JSON lines, a contract that other tools read. */
import { once } from 'node:events';
import { Option, type Command } from 'commander';
import picomatch from 'picomatch';
import { claimFields, originSchema, type ClaimField, type Origin } from '../../schema/contracts/claims.ts';
import { byText } from '../../knowledge/trust-order.ts';
import { retiredTables } from '../../store/pointed-sets.ts';
import { listTables } from '../../store/table-list.ts';
import { NothingFound } from '../exit.ts';
import { ledgerLines } from '../ledger-lines.ts';
import { reading, withReadOptions, type ReadOptions } from './reading.ts';

interface ClaimsOptions extends ReadOptions {
  readonly field?: ClaimField;
  readonly origin?: Origin;
  readonly table?: string;
  readonly superseded?: boolean;
}

export function registerClaims(program: Command): void {
  withReadOptions(program.command('claims'))
    .description('print the ledger of claims as JSON lines')
    .addOption(new Option('--field <field>', 'only claims about this').choices(claimFields))
    .addOption(new Option('--origin <origin>', 'only claims of this origin').choices(originSchema.options))
    .option('--table <glob>', 'only tables whose id fits, such as "*.marts.*"')
    .option('--superseded', 'also claims that hold no longer')
    .addHelpText(
      'after',
      '\nOne JSON object a line, with or without --json.\n\nExample:\n  $ tablelore claims --field grain --origin derived --table "*orders*"',
    )
    .action((options: ClaimsOptions) =>
      reading(options, async ({ db, nights }) => {
        const { field, origin, superseded, table: glob } = options;
        let tablesSeen = 0;
        for (const { repo, asOf, commit } of nights) {
          const listed = await listTables(db, repo, asOf);
          const paths = new Map(listed.map(({ table, path }) => [table, path]));
          const fits = picomatch(glob ?? '**', { nocase: true });
          const gone = superseded ? await retiredTables(db, repo, asOf) : [];
          const tables = [...paths.keys(), ...gone]
            .filter((table) => glob === undefined || fits(table))
            .sort(byText);
          tablesSeen += tables.length;
          const filter = {
            tables,
            ...(field && { field }),
            ...(origin && { origin }),
            ...(superseded && { superseded }),
          };
          for await (const line of ledgerLines({ db, repo, asOf, commit, paths }, filter)) {
            // Waits where the reader of a pipe is slow, so that a big ledger never piles up in memory.
            if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
          }
        }
        if (tablesSeen === 0) throw new NothingFound(`No table fits ${glob ?? ''}.`);
      }),
    );
}
