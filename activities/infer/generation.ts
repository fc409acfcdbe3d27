/** Which answer to a question holds, and in which generation it is to be asked when none does. */
import type { ModelCallKey } from '../../store/model-calls.ts';
import { lastGeneration, readTurns } from '../../store/model-calls.ts';
import { readUnanswered } from '../../store/unanswered.ts';
import { findSets, readOutputs, setKey, type SetKey } from '../../store/claim-sets.ts';
import type { SetStage } from '../../schema/contracts/stages.ts';
import type { InferContext } from './context.ts';
import type { InferOutput } from './infer-output.ts';
import { askedInVain } from './no-answer.ts';
import { joinOpened, unchanged, type Opened } from './opened.ts';
import type { Added } from './exchange.ts';
import { answerHash } from './questions.ts';

export const inferStage = 'infer' satisfies SetStage;

export type Standing =
  /** The set that answers the question, and whether this run asked for it. */
  | { readonly setId: number; readonly ours: boolean }
  /** To be asked, or to be gone on with. */
  | { readonly generation: number };

/** Answers rest on the files and tables that the model opened: one that was given on others does not count. A question begun on others is begun anew. */
export async function standingOf(
  { deps: { db }, handle, code }: InferContext,
  key: Omit<ModelCallKey, 'generation' | 'turn'>,
  judge: string,
): Promise<Standing> {
  const last = await lastGeneration(db, key);
  if (last === null) return { generation: 0 };
  const redone = handle.redo.includes(inferStage);
  const anew = redone && last.run !== handle.run;
  // A run that asks anew takes no answer but its own, also where an attempt began to ask and was cut off.
  const oldest = redone ? last.generation : 0;
  const generations = Array.from({ length: last.generation + 1 - oldest }, (_, index) => last.generation - index); // prettier-ignore
  const answersOf = generations.map((generation): SetKey => ({
    table: key.table,
    stage: inferStage,
    inputHash: answerHash({ ...key, judge }, generation),
  }));
  const sets = await findSets(db, handle.repo, answersOf);
  const ids = answersOf.map((answer) => sets.get(setKey(answer))?.setId ?? null);
  const outputs = await readOutputs<InferOutput>(db, ids.filter((id) => id !== null)); // prettier-ignore
  const openedBy = (id: number | null) => (id === null ? undefined : outputs.get(id)?.output.opened);
  const holding = (all: readonly Opened[]) => unchanged(db, handle, code.blobOf, all);

  if (!anew) {
    const holds = await holding(ids.flatMap((id) => openedBy(id) ?? []));
    for (const [index, id] of ids.entries()) {
      const opened = openedBy(id);
      if (id !== null && opened && holds(opened))
        return { setId: id, ours: index === 0 && last.run === handle.run };
    }
  }
  const before = (await readUnanswered(db, handle.repo, [key.table])).get(key.table);
  const inVain = last.run !== handle.run && askedInVain(key.inputHash, before, last.run);
  if (anew || inVain || ids[0] !== null) return { generation: last.generation + 1 };
  const turns = await readTurns(db, { ...key, generation: last.generation });
  const soFar = joinOpened(turns.map(({ request }) => (request as Added).opened));
  return { generation: (await holding([soFar]))(soFar) ? last.generation : last.generation + 1 };
}
