/** Which tasks of jobs build which tables of dbt projects. */
import type { DbtRun } from '../../schema/contracts/facts.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import { dbtModels, type DbtModel } from './dbt-models.ts';
import { selectModels, type Neighbours } from './dbt-selection.ts';
import { wholeJobs, type JobRun } from './jobs.ts';
import type { LinkFile, TableFacts } from './table-facts.ts';

const types: Readonly<Record<DbtRun['command'], readonly DbtModel['type'][]>> = {
  run: ['model'],
  build: ['model', 'snapshot', 'seed'],
  snapshot: ['snapshot'],
  seed: ['seed'],
};

/** By table, for those that a run fills: views and ephemeral models hold no rows of their own. `upstream`: what each table reads. */
export function dbtRuns(
  files: readonly LinkFile[],
  tables: ReadonlyMap<TableId, TableFacts>,
  upstream: ReadonlyMap<TableId, readonly TableId[]>,
): Map<TableId, JobRun[]> {
  const found = new Map<TableId, JobRun[]>();
  const whole = wholeJobs(files);
  const runs = files.flatMap((file) =>
    file.facts.jobs.flatMap((part) => {
      const job = whole.get(part) ?? part;
      return job.tasks.flatMap((task) => (task.dbt ?? []).map((dbt) => ({ dbt, run: { file, job, task } })));
    }),
  );
  if (runs.length === 0) return found;
  const byRoot = Map.groupBy(dbtModels(tables), ({ root }) => root);
  const neighbours = neighboursOf(upstream);
  const selected = new Map<string, readonly DbtModel[]>();
  for (const { dbt, run } of runs) {
    const root = rootOf(dbt.folder, [...byRoot.keys()]);
    if (root === undefined) continue;
    const { select, exclude } = dbt;
    const key = JSON.stringify([root, select, exclude]);
    const chosen = selected.get(key) ?? selectModels(byRoot.get(root) ?? [], select, exclude, neighbours) ?? []; // prettier-ignore
    selected.set(key, chosen);
    for (const { table, type, kind } of chosen) {
      if (kind === 'view' || kind === 'ephemeral' || !types[dbt.command].includes(type)) continue;
      const known = found.get(table);
      if (known) known.push(run);
      else found.set(table, [run]);
    }
  }
  return found;
}

/** The project that the folder ends in: where a job runs, folders have other beginnings. A job that names no folder means the only project. */
function rootOf(folder: string, roots: readonly string[]): string | undefined {
  const parts = folder.split('/').filter((part) => part !== '' && part !== '.');
  const ending = (root: string): number => {
    const own = root.split('/').reverse();
    const differs = own.findIndex((part, index) => part !== parts.at(-1 - index));
    return differs < 0 ? own.length : differs;
  };
  if (parts.length === 0) return roots.length === 1 ? roots[0] : undefined;
  const best = Math.max(0, ...roots.map(ending));
  const fitting = roots.filter((root) => ending(root) === best);
  return best > 0 && fitting.length === 1 ? fitting[0] : undefined;
}

function neighboursOf(upstream: ReadonlyMap<TableId, readonly TableId[]>): Neighbours {
  const down = new Map<TableId, TableId[]>();
  for (const [table, reads] of upstream)
    for (const read of reads) {
      const known = down.get(read);
      if (known) known.push(table);
      else down.set(read, [table]);
    }
  return { up: (table) => upstream.get(table) ?? [], down: (table) => down.get(table) ?? [] };
}
