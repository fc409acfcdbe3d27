import { bandNames } from '../../knowledge/rank/usage-band.ts';
import type { SetStage } from '../../schema/contracts/stages.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import type { RunHandle, WorkList } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { alive } from '../heartbeat.ts';
import { inScope } from '../scope.ts';
import { freeze } from '../work-list.ts';
import { answers, loadQuestions, type Question } from './questions.ts';

export const inferStage = 'infer' satisfies SetStage;
/** Few: each table takes up to minutes, and an attempt that waits for a limit gives its slot back. */
const tablesPerChunk = 5;

/** Lists the tables about which the question changed since it was answered, most important first, as many as the night may ask. */
export function selectForInference(deps: ActivityDeps, handle: RunHandle): Promise<Selection> {
  return alive(() => select(deps, handle));
}

/** `skipped`: why the model is not to be asked; null otherwise. */
type Selection = WorkList & { readonly skipped: string | null };

async function select(deps: ActivityDeps, handle: RunHandle): Promise<Selection> {
  const skipped = whyNot(deps, handle);
  if (skipped !== null) return { chunks: 0, units: 0, groups: [], skipped };
  const questions = await loadQuestions(deps, handle);
  const answered = await pointedSets(deps.db, handle.repo, handle.asOf, inferStage);
  const wanted = inScope(handle);
  const anew = handle.redo.includes('infer');
  const open = [...questions.values()].filter(
    ({ table, inputHash }) => wanted(table) && (anew || !answers(answered.get(table)?.inputHash, inputHash)),
  );
  const tables = byImportance(open, questions).slice(0, mostTables(deps, handle));
  return { ...(await freeze(deps.db, handle, inferStage, [tables], tablesPerChunk)), skipped: null };
}

function whyNot({ model, config }: ActivityDeps, handle: RunHandle): string | null {
  if (!config.model.enabled) return 'model.enabled is false';
  if (model === null) return 'OPENAI_API_KEY is not set';
  return mostTables({ config }, handle) === 0 ? 'the run may not ask the model about any table' : null;
}

const mostTables = ({ config }: Pick<ActivityDeps, 'config'>, { modelTables }: RunHandle): number =>
  Math.min(modelTables ?? Infinity, config.model.tablesPerNight);

/** What many tables and many queries rest on first: tables that read it × use; equal ones by name. */
function byImportance(open: readonly Question[], all: ReadonlyMap<string, Question>): string[] {
  const readers = new Map<string, number>();
  for (const { link } of all.values())
    for (const table of link.upstream) readers.set(table, (readers.get(table) ?? 0) + 1);
  const weight = ({ table, usageBand }: Question): number =>
    (1 + (readers.get(table) ?? 0)) * (1 + Math.max(0, bandNames.indexOf(usageBand ?? 'none')));
  return open
    .toSorted((a, b) => weight(b) - weight(a) || (a.table < b.table ? -1 : 1))
    .map(({ table }) => table);
}
