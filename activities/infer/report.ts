/** What the model's answers are worth, as far as checks can tell. */
import { fieldsAsked } from '../../inference/model/output-contract.ts';
import type { Attribution } from '../../schema/contracts/card.ts';
import type { RunReport } from '../../schema/contracts/runs.ts';
import { readConflicts } from '../../store/cards.ts';
import { readOutputs } from '../../store/claim-sets.ts';
import type { Database } from '../../store/database.ts';
import { pointedSets } from '../../store/pointed-sets.ts';
import { readUnanswered } from '../../store/unanswered.ts';
import { inferStage } from './generation.ts';
import type { InferOutput } from './infer-output.ts';

const isInferred = ({ origin }: Attribution): boolean => origin === 'inferred';

/** Over all answers that hold as of the date, whichever run asked for them, and all tables that were asked about last in vain. */
export async function reportAnswers(db: Database, repo: string, asOf: string): Promise<RunReport['answers']> {
  const vain = [...(await readUnanswered(db, repo)).values()];
  const there = await pointedSets(db, repo, asOf, 'link', vain.map(({ table }) => table)); // prettier-ignore
  const pointed = await pointedSets(db, repo, asOf, inferStage);
  const sets = [...pointed.values()].map(({ setId }) => setId);
  const conflicts = await readConflicts(db, repo, asOf, [...pointed.keys()]);
  const outputs = [...(await readOutputs<InferOutput>(db, sets)).values()].map(({ output }) => output);
  const sum = (of: (output: InferOutput) => number) => outputs.reduce((total, one) => total + of(one), 0);
  return {
    tables: outputs.length,
    fields: outputs.length * fieldsAsked.length,
    unknown: sum(({ unknown }) => unknown.length),
    rejected: sum(({ rejected }) => rejected.length),
    bounded: sum(({ bound }) => (bound === null ? 0 : 1)),
    judged: sum(({ support }) => support?.judged ?? 0),
    unsupported: sum(({ support }) => support?.unsupported.length ?? 0),
    unclear: sum(({ support }) => support?.unclear ?? 0),
    conflicts: conflicts.filter(({ kept, lost }) => isInferred(kept) || isInferred(lost)).length,
    unanswered: vain.filter((one) => one.asOf <= asOf && there.has(one.table)).length,
  };
}
