import { mergeCard, mergeVersion } from '../knowledge/merge.ts';
import { cardText } from '../knowledge/card-text.ts';
import { renderVersion } from '../knowledge/render-card.ts';
import type { Card } from '../schema/contracts/card.ts';
import type { Claim } from '../schema/contracts/claims.ts';
import { UserError } from '../schema/contracts/errors.ts';
import { setStages, type LinkOutput, type SetStage } from '../schema/contracts/stages.ts';
import { isTemporary } from '../inference/link/table-id.ts';
import { saveCards } from '../store/cards.ts';
import { outputHash, readOutputs, saveStageResults } from '../store/claim-sets.ts';
import { readClaims } from '../store/claims.ts';
import { currentEdges } from '../store/edges.ts';
import { pointedSets } from '../store/pointed-sets.ts';
import { pointTables, readPointers } from '../store/pointers.ts';
import { readRanks } from '../store/queries.ts';
import type { ChunkResult, RunHandle, WorkList } from './contract.ts';
import type { AnnotateOutput } from './annotate.ts';
import type { DeriveOutput } from './derive.ts';
import type { ObserveOutput } from './observe.ts';
import type { ActivityDeps } from './deps.ts';
import { hashOf } from './hash.ts';
import { alive } from './heartbeat.ts';
import { sameNight } from './same-night.ts';
import { inScope, onlyTable } from './scope.ts';
import { freeze, readChunk } from './work-list.ts';

const tablesPerChunk = 200;
const queriesPerCard = 5;

const claimStages = setStages.filter((stage) => stage !== 'card' && stage !== 'rank');

/** What cards are made from, by table: everything is named by the ids of its sets. */
interface CardInputs {
  readonly sets: ReadonlyMap<string, ReadonlyMap<SetStage, number>>;
  readonly downstream: ReadonlyMap<string, readonly string[]>;
  readonly queries: ReadonlyMap<string, readonly string[]>;
}

async function cardInputs(
  deps: ActivityDeps,
  handle: RunHandle,
  tables?: readonly string[],
): Promise<CardInputs> {
  const { db } = deps;
  const { repo, asOf } = handle;
  const sets = new Map<string, Map<SetStage, number>>();
  for (const { table, stage, setId } of await readPointers(db, repo, asOf, {
    stages: claimStages,
    ...(tables ? { tables } : {}),
  })) {
    const known = sets.get(table) ?? new Map<SetStage, number>();
    sets.set(table, known.set(stage, setId));
  }
  const downstream = new Map<string, string[]>();
  for (const { table, upstream } of await currentEdges(db, repo, asOf, tables))
    pushTo(downstream, upstream, table);
  return { sets, downstream, queries: await queriesOf(deps, handle) };
}

function pushTo(lists: Map<string, string[]>, key: string, item: string): void {
  const known = lists.get(key);
  if (known) known.push(item);
  else lists.set(key, [item]);
}

type Queries = CardInputs['queries'];

/** Of the last run only: all of its chunks ask for the same, which is made of the whole query history. */
const lastQueries = new WeakMap<ActivityDeps, { readonly run: string; readonly queries: Queries }>();

async function queriesOf(deps: ActivityDeps, { run, repo, asOf }: RunHandle): Promise<Queries> {
  const last = lastQueries.get(deps);
  if (last?.run === run) return last.queries;
  const queries = new Map<string, string[]>();
  const ranked = (await readRanks(deps.db, repo, asOf))
    .map(({ query }) => query)
    .filter((query) => query.tier !== 'exploratory');
  ranked.sort((a, b) => b.trust - a.trust || (a.fingerprint < b.fingerprint ? -1 : 1));
  for (const query of ranked) {
    for (const table of query.tables) {
      if ((queries.get(table)?.length ?? 0) < queriesPerCard) pushTo(queries, table, query.fingerprint);
    }
  }
  lastQueries.set(deps, { run, queries });
  return queries;
}

const cardInputHash = (inputs: CardInputs, table: string): string =>
  hashOf({
    mergeVersion,
    renderVersion,
    sets: Object.fromEntries(inputs.sets.get(table) ?? []),
    downstream: inputs.downstream.get(table) ?? [],
    queries: inputs.queries.get(table) ?? [],
  });

/** Lists the tables whose card was made from something else than what stands now. */
export function selectForRender(deps: ActivityDeps, handle: RunHandle): Promise<WorkList> {
  return alive(async () => {
    if (await sameNight(deps, handle)) return freeze(deps.db, handle, 'render', [], tablesPerChunk);
    const only = onlyTable(handle);
    const inputs = await cardInputs(deps, handle, only);
    const cards = await pointedSets(deps.db, handle.repo, handle.asOf, 'card', only);
    const wanted = inScope(handle);
    const known = [...inputs.sets].flatMap(([table, sets]) =>
      sets.has('link') && !isTemporary(table) && wanted(table) ? [table] : [],
    );
    if (known.length === 0 && handle.tables !== null)
      throw new UserError(`No table fits "${handle.tables}".`, {
        next: 'Mend the glob: it stands for whole table ids, such as "*.marts.*".',
      });
    const tables = known.filter(
      (table) =>
        handle.redo.includes('render') || cards.get(table)?.inputHash !== cardInputHash(inputs, table),
    );
    return freeze(deps.db, handle, 'render', [tables.sort()], tablesPerChunk);
  });
}

/** Merges the claims of a chunk of tables into cards. */
export function render(deps: ActivityDeps, handle: RunHandle, chunk: number): Promise<ChunkResult> {
  return alive(async () => {
    const { db } = deps;
    const tables = await readChunk(db, handle, 'render', chunk);
    const inputs = await cardInputs(deps, handle, tables);
    const setIds = tables.flatMap((table) => [...(inputs.sets.get(table)?.values() ?? [])]);
    const claims = await readClaims(db, setIds);
    const outputs = await readOutputs(db, setIds);
    const outputOf = <Output>(table: string, stage: SetStage): Output | null => {
      const setId = inputs.sets.get(table)?.get(stage);
      return setId === undefined ? null : ((outputs.get(setId)?.output as Output | undefined) ?? null);
    };
    const cards = tables.map((table) => {
      const link = outputOf<LinkOutput>(table, 'link');
      const card = mergeCard({
        repo: handle.repo,
        table,
        path: link?.path ?? null,
        kind: link?.kind ?? 'external',
        write: link?.write ?? null,
        // A declared list that is complete is what the table is made with, whatever its query names.
        allColumns:
          link?.columnsComplete !== true &&
          outputOf<DeriveOutput>(table, 'derive')?.interface.complete === true,
        claims: [...(inputs.sets.get(table)?.values() ?? [])].flatMap(
          (setId): Claim[] => claims.get(setId) ?? [],
        ),
        downstream: inputs.downstream.get(table) ?? [],
        usage: outputOf<ObserveOutput>(table, 'observe')?.usage ?? null,
        queries: inputs.queries.get(table) ?? [],
        stale: new Set(outputOf<AnnotateOutput>(table, 'annotate')?.stale ?? []),
      });
      return { table, inputHash: cardInputHash(inputs, table), card };
    });
    await saveRendered(deps, handle, cards);
    return { done: cards.length, reused: 0, failed: 0 };
  });
}

async function saveRendered(
  deps: ActivityDeps,
  { repo, asOf }: RunHandle,
  cards: readonly { table: string; inputHash: string; card: Card }[],
): Promise<void> {
  const { db } = deps;
  const made = cards.map(({ table, inputHash, card }) => {
    const text = cardText(card);
    return { table, inputHash, card, text, textHash: hashOf(text) };
  });
  const results = made.map(({ table, inputHash, card }) => ({
    table,
    stage: 'card' as const,
    inputHash,
    claims: [],
    // The card itself is stored once, by content.
    output: { card: outputHash(card) },
  }));
  const saved = await saveStageResults(db, repo, results);
  const hashes = new Map(saved.map((set) => [set.table, set.outputHash]));
  await saveCards(db, repo, made.map(({ table, card, text, textHash }) => ({ table, card, text, textHash, hash: hashes.get(table) ?? '' }))); // prettier-ignore
  await pointTables(db, repo, asOf, saved.map(({ table, stage, setId }) => ({ table, stage, setId }))); // prettier-ignore
}
