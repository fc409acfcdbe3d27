/**
 * Seeds faults into the models of a real repository and counts which of them are found:
 * `node bench/mutations.ts --data-dir DIR [--mutants N] [--databases N] [--json]`. The folder holds a published night of the repository; nothing is
 * written. A table takes part if its tested key holds, as the code stands, on random databases; a mutant if it holds no longer.
 */
import { parseArgs } from 'node:util';
import { allDeriveInputs } from '../activities/why.ts';
import { withStore } from '../cli/session.ts';
import { settingsOf } from '../cli/commands/options.ts';
import { examine } from '../inference/findings/examine.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { mutations, type Mutation } from './mutations/mutants.ts';
import { brokenMutants, testedKeyHolds, type Verdict } from './mutations/try-mutants.ts';

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      mutants: { type: 'string', default: '400' },
      databases: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const databases = Number(flags.databases);
  const counts = Object.fromEntries(
    mutations.map((name) => [name, { caught: 0, told: 0, missed: 0 }]),
  ) as Record<Mutation, Record<Verdict, number>>;
  // As the code stands: tables with a tested key, those of which it is tried, holds, and those with a finding of high or medium severity.
  const asIs = { tested: 0, held: 0, heldWithFinding: 0, refuted: 0, refutedWithFinding: 0 };
  const settings = settingsOf(flags['data-dir'] === undefined ? {} : { dataDir: flags['data-dir'] });
  await withStore(settings, async (db) => {
    for (const { name: repo } of settings.config.repos) {
      const night = await currentSnapshot(db, repo);
      if (night === null) continue;
      let left = Number(flags.mutants);
      for await (const table of allDeriveInputs(db, { repo, asOf: night.asOf })) {
        if (!table.link.testedKeys.some(({ by }) => by === 'test')) continue;
        asIs.tested += 1;
        const holds = testedKeyHolds(table, databases);
        if (holds === 'untried') continue;
        const found = examine(table.input, table.link).some(
          ({ kind, severity }) => kind === 'key_not_kept' && severity !== 'low',
        );
        asIs[holds] += 1;
        if (found) asIs[`${holds}WithFinding`] += 1;
        if (holds !== 'held' || left <= 0) continue;
        for (const { mutation, verdict } of brokenMutants(table, databases)) {
          counts[mutation][verdict] += 1;
          if (--left <= 0) break;
        }
      }
    }
  });
  if (flags.json) console.log(JSON.stringify({ asIs, counts }));
  else {
    console.log(asIs);
    console.table(counts);
  }
}

await main();
