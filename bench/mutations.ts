/**
 * Seeds faults into the models of a real repository and counts which of them are found:
 * `node bench/mutations.ts --data-dir DIR | --repo PATH [--ref R] [--dialect D] [--mutants N] [--databases N] [--json]`. DIR holds a published night of the repository; with
 * `--repo` a commit is read, linked and derived in this process. Nothing is written. A table takes part if its tested key holds, as the code stands, on random databases; a
 * mutant if it holds no longer.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { allDeriveInputs, type TableInput } from '../activities/why.ts';
import { withStore } from '../cli/session.ts';
import { settingsOf } from '../cli/commands/options.ts';
import { examine } from '../inference/findings/examine.ts';
import { initReaders } from '../parsers/registry.ts';
import { currentSnapshot } from '../store/snapshots.ts';
import { readCommit } from './graph/commit.ts';
import { parseFiles } from './graph/graph.ts';
import { inputsOfCommit } from './graph/inputs.ts';
import { dialectFlag } from './inputs.ts';
import { mutations, type Mutation } from './mutations/mutants.ts';
import { brokenMutants, testedKeyHolds, type Verdict } from './mutations/try-mutants.ts';

interface Counts {
  /** As the code stands: tables with a tested key, those of which it is tried, holds, and those with a finding of high or medium severity. */
  readonly asIs: Record<'tested' | 'held' | 'heldWithFinding' | 'refuted' | 'refutedWithFinding', number>;
  readonly counts: Record<Mutation, Record<Verdict, number>>;
}

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      'data-dir': { type: 'string' },
      repo: { type: 'string' },
      ref: { type: 'string' },
      dialect: { type: 'string' },
      mutants: { type: 'string', default: '400' },
      databases: { type: 'string', default: '60' },
      json: { type: 'boolean', default: false },
    },
  });
  const most = { mutants: Number(flags.mutants), databases: Number(flags.databases) };
  const { asIs, counts } =
    flags.repo === undefined
      ? await ofNights(flags['data-dir'], most)
      : await ofCommit({ ...flags, repo: flags.repo }, most);
  if (flags.json) console.log(JSON.stringify({ asIs, counts }));
  else {
    console.log(asIs);
    console.table(counts);
  }
}

interface Most {
  readonly mutants: number;
  readonly databases: number;
}

async function ofNights(dataDir: string | undefined, most: Most): Promise<Counts> {
  const settings = settingsOf(dataDir === undefined ? {} : { dataDir });
  const total = noCounts();
  await withStore(settings, async (db) => {
    for (const { name: repo } of settings.config.repos) {
      const night = await currentSnapshot(db, repo);
      if (night !== null) await count(allDeriveInputs(db, { repo, asOf: night.asOf }), most, total);
    }
  });
  return total;
}

async function ofCommit(
  { repo, ref, dialect }: { readonly repo: string; readonly ref?: string | undefined; readonly dialect?: string | undefined }, // prettier-ignore
  most: Most,
): Promise<Counts> {
  await initReaders();
  const commit = await readCommit({ repo: resolve(repo), ref, dialect: dialectFlag(dialect) });
  const total = noCounts();
  await count(inputsOfCommit(parseFiles(commit, commit.readable)), most, total);
  return total;
}

const noCounts = (): Counts => ({
  asIs: { tested: 0, held: 0, heldWithFinding: 0, refuted: 0, refutedWithFinding: 0 },
  counts: Object.fromEntries(
    mutations.map((name) => [name, { caught: 0, told: 0, missed: 0 }]),
  ) as Counts['counts'],
});

async function count(
  tables: AsyncIterable<TableInput>,
  { mutants, databases }: Most,
  { asIs, counts }: Counts,
): Promise<void> {
  let left = mutants;
  for await (const table of tables) {
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

await main();
