import { downstreamCounts } from '../../inference/findings/importance.ts';
import { importance } from '../../inference/model/importance.ts';
import { bandNames } from '../../knowledge/rank/usage-band.ts';
import { readOutputs } from '../../store/claim-sets.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { setSince } from '../../store/set-since.ts';
import { readUnanswered } from '../../store/unanswered.ts';
import type { RunHandle, WorkList } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { alive } from '../heartbeat.ts';
import { inScope } from '../scope.ts';
import { freeze } from '../work-list.ts';
import { sourceFiles } from '../source-files.ts';
import { inferStage } from './generation.ts';
import { waits } from './no-answer.ts';
import { unchanged } from './opened.ts';
import { answers, loadQuestions, type Question } from './questions.ts';
import type { InferOutput } from './infer-output.ts';
import { daysBetween } from '../../schema/contracts/days.ts';

/** Each table takes minutes, and an attempt that waits for a limit gives its slot back. */
const tablesPerChunk = 1;

/** Lists the tables whose question, or what the model opened for it, changed since it was answered, most important first, as many as the night may ask. */
export function selectForInference(deps: ActivityDeps, handle: RunHandle): Promise<Selection> {
  return alive(() => select(deps, handle));
}

/** `skipped`: why the model is not to be asked; null otherwise. */
type Selection = WorkList & { readonly skipped: string | null };

async function select(deps: ActivityDeps, handle: RunHandle): Promise<Selection> {
  const { skipped, tables, most } = await openTables(deps, handle);
  if (skipped !== null) return { chunks: 0, units: 0, groups: [], skipped };
  const list = await freeze(deps.db, handle, inferStage, [tables.slice(0, most)], tablesPerChunk);
  return { ...list, beyond: Math.max(0, tables.length - list.units), skipped };
}

/** What decides which tables the model is asked about. */
type Asked = Pick<
  RunHandle,
  'repo' | 'asOf' | 'commit' | 'table' | 'tables' | 'redo' | 'modelTables' | 'usd'
>;

/** All tables about which the question changed since it was answered, and is not put off, most important first, and how many of them the run may ask about. */
export async function openTables(
  deps: ActivityDeps,
  handle: Asked,
): Promise<{ readonly skipped: string | null; readonly tables: readonly string[]; readonly most: number }> {
  const skipped = whyNot(deps, handle);
  if (skipped !== null) return { skipped, tables: [], most: 0 };
  const questions = await loadQuestions(deps, handle);
  const answered = await answeredTables(deps, handle, questions);
  const wanted = inScope(handle);
  const anew = handle.redo.includes('infer');
  const vain = await readUnanswered(deps.db, handle.repo);
  const isOpen = (question: Question) =>
    !answered.has(question.table) && !waits(question, deps.config.model, vain.get(question.table));
  const open = [...questions.values()].filter((one) => wanted(one.table) && (anew || isOpen(one)));
  const since = await setSince(deps.db, handle.repo, handle.asOf, inferStage);
  return {
    skipped,
    tables: byImportance(open, questions, since, handle.asOf),
    most: mostTables(deps, handle),
  };
}

/** Tables whose present answer is to their present question, and rests on what is still there. */
async function answeredTables(
  deps: ActivityDeps,
  handle: Asked,
  questions: ReadonlyMap<string, Question>,
): Promise<ReadonlySet<string>> {
  const pointed = await pointedSets(deps.db, handle.repo, handle.asOf, inferStage);
  const same = [...pointed].filter(([table, { inputHash }]) => answers(inputHash, questions.get(table)));
  const outputs = await readOutputs<InferOutput>(deps.db, same.map(([, { setId }]) => setId)); // prettier-ignore
  const opened = same.flatMap(([table, { setId }]) => {
    const output = outputs.get(setId)?.output;
    return output === undefined ? [] : [{ table, opened: output.opened }];
  });
  const { blobOf } = await sourceFiles(deps, handle.repo, handle.commit);
  const all = opened.map((one) => one.opened);
  const holds = await unchanged(deps.db, handle, (path) => blobOf.get(path), all);
  return new Set(opened.filter((one) => holds(one.opened)).map(({ table }) => table));
}

function whyNot({ model, config }: ActivityDeps, handle: Asked): string | null {
  if (!config.model.enabled) return 'model.enabled is false';
  if (model === null) return 'OPENAI_API_KEY is not set';
  if (handle.usd === 0) return 'the budget of the run is spent';
  return mostTables({ config }, handle) === 0 ? 'the run may not ask the model about any table' : null;
}

const mostTables = ({ config }: Pick<ActivityDeps, 'config'>, { modelTables }: Asked): number =>
  Math.min(modelTables ?? Infinity, config.model.tablesPerNight);

/** Most important first; equal ones by name. */
function byImportance(
  open: readonly Question[],
  all: ReadonlyMap<string, Question>,
  answered: ReadonlyMap<string, string>,
  asOf: string,
): string[] {
  const edges = [...all].flatMap(([table, { link }]) => link.upstream.map((upstream) => ({ table, upstream })));
  const downstream = downstreamCounts(edges);
  const worth = ({ table, usageBand }: Question): number => {
    const since = answered.get(table);
    return importance({
      downstream: downstream(table),
      use: Math.max(0, bandNames.indexOf(usageBand ?? 'none')),
      answeredDaysAgo: since === undefined ? null : daysBetween(since, asOf),
    });
  };
  return open
    .map((question) => ({ table: question.table, worth: worth(question) }))
    .sort((a, b) => b.worth - a.worth || (a.table < b.table ? -1 : 1))
    .map(({ table }) => table);
} // prettier-ignore
