/** What the model is to be asked about each table, and whether it was asked that already. */
import { alikeWords } from '../../inference/model/claim-text.ts';
import { promptVersion } from '../../inference/model/instructions.ts';
import { tableReadingSchema } from '../../inference/model/output-contract.ts';
import { shortFields, shortText } from '../../inference/model/short-text.ts';
import { strictSchema } from '../../inference/model/strict-schema.ts';
import { toolDefinitions } from '../../inference/model/tools.ts';
import { isTemporary } from '../../inference/link/table-id.ts';
import type { Claim } from '../../schema/contracts/claims.ts';
import type { LinkOutput, SetStage } from '../../schema/contracts/stages.ts';
import { claimHashes } from '../../store/claim-set-hashes.ts';
import { readClaims } from '../../store/claims.ts';
import { readLinks } from '../../store/links.ts';
import { readPointers } from '../../store/pointers.ts';
import type { RunHandle } from '../contract.ts';
import type { ActivityDeps } from '../deps.ts';
import { hashOf } from '../hash.ts';
import { judgeName } from './judge.ts';
import { saying } from './said.ts';

interface Told {
  readonly table: string;
  readonly text: string;
}

export interface Question {
  readonly table: string;
  readonly link: LinkOutput;
  /** Sets with what is declared and proved about the table. */
  readonly sets: readonly number[];
  readonly upstream: readonly Told[];
  readonly similar: readonly (Told & { readonly likeness: number })[];
  /** Null: no logs are known. */
  readonly usageBand: string | null;
  /** Who judges the answer; empty: nobody. Not part of the question: another judge asks nothing of the model anew. */
  readonly judge: string;
  /** Names everything that the question is made of; not what the model opens on the way to an answer. */
  readonly inputHash: string;
}

type Night = Pick<RunHandle, 'repo' | 'asOf'>;

const stages = [...saying, 'relate', 'observe'] as const;
const askedHash = hashOf([strictSchema(tableReadingSchema), toolDefinitions]);

/** Questions about tables that some code builds, by table; `tables`: only about these. */
export async function loadQuestions(
  deps: ActivityDeps,
  handle: Night,
  tables?: readonly string[],
): Promise<Map<string, Question>> {
  const links = await readLinks(deps.db, handle.repo, handle.asOf, tables);
  const upstream = new Set([...links.values()].flatMap((link) => link.upstream));
  const wanted = tables && [...new Set([...links.keys(), ...upstream])];
  const sets = await setsOf(deps, handle, wanted);
  const claims = await claimsOf(deps, sets);
  const hashes = await claimHashes(deps.db, [...sets.values()].flatMap((set) => [...set.values()])); // prettier-ignore
  const said = (table: string, of: readonly SetStage[]): Claim[] =>
    of.flatMap((stage) => claims.get(sets.get(table)?.get(stage) ?? -1) ?? []);

  const questions = new Map<string, Question>();
  for (const [table, link] of links) {
    if (link.builds.length === 0 || isTemporary(table)) continue;
    const own = saying.flatMap((stage) => sets.get(table)?.get(stage) ?? []);
    const parts = {
      upstream: link.upstream.map((other) => ({ table: other, text: shortText(said(other, saying)) })),
      similar: said(table, ['relate']).flatMap((claim) =>
        claim.field === 'similar'
          ? [
              {
                table: claim.value.table,
                text: alikeWords(claim.value).join('; '),
                likeness: claim.value.likeness,
              },
            ]
          : [],
      ),
      usageBand:
        said(table, ['observe']).flatMap((c) => (c.field === 'usage' ? [c.value.band] : []))[0] ?? null,
    };
    const inputHash = hashOf({
      promptVersion,
      askedHash,
      model: deps.model?.model,
      effort: deps.model?.effort,
      ...(deps.model && deps.model.temperature !== null && { temperature: deps.model.temperature }),
      code: { builds: link.builds, kind: link.kind, write: link.write },
      said: own.map((setId) => hashes.get(setId)),
      upstream: parts.upstream,
      similar: parts.similar.map(({ table: other, text }) => [other, text]),
      usageBand: parts.usageBand,
    });
    questions.set(table, { table, link, sets: own, ...parts, judge: judgeName(deps.judge), inputHash });
  }
  return questions;
}

type Sets = ReadonlyMap<string, ReadonlyMap<SetStage, number>>;

async function setsOf(
  { db }: ActivityDeps,
  { repo, asOf }: Night,
  tables?: readonly string[],
): Promise<Sets> {
  const sets = new Map<string, Map<SetStage, number>>();
  for (const { table, stage, setId } of await readPointers(db, repo, asOf, {
    stages,
    ...(tables && { tables }),
  }))
    sets.set(table, (sets.get(table) ?? new Map<SetStage, number>()).set(stage, setId));
  return sets;
}

async function claimsOf({ db }: ActivityDeps, sets: Sets): Promise<Map<number, Claim[]>> {
  const ids = [...sets.values()].flatMap((set) => [...set.values()]);
  return readClaims(db, ids, [...shortFields, 'similar', 'usage']);
}

/** The input hash under which an answer is kept: of a question that was asked anew the generation is named, and the judge where there is one. */
export function answerHash({ inputHash, judge }: Asked, generation: number): string {
  if (judge !== '') return `${inputHash}.${generation}.${judge}`;
  return generation === 0 ? inputHash : `${inputHash}.${generation}`;
}

/** What an answer of one generation is kept under, whoever judged it: `hash`, or what begins with `begin`. */
export const answerHashes = (inputHash: string, generation: number): { hash: string; begin: string } => ({
  hash: answerHash({ inputHash, judge: '' }, generation),
  begin: `${inputHash}.${generation}.`,
});

/** Whether an answer is to this question, in whichever generation, and judged as it is to be. */
export function answers(answer: string, question: Asked | undefined): boolean {
  const [hash, , judge = ''] = answer.split('.');
  return question !== undefined && hash === question.inputHash && judge === question.judge;
}

type Asked = Pick<Question, 'inputHash' | 'judge'>;
