/** What a night would do and cost, without doing it. */
import type { ModelConfig } from '../schema/contracts/config.ts';
import { stagesToRun } from '../schema/contracts/runs.ts';
import { readCardVersions } from '../store/cards.ts';
import { missingEmbeddings } from '../store/embeddings.ts';
import { tokensSpent, type TokensSpent } from '../store/model-spend.ts';
import type { NightPreview, PreviewRequest } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { doneBefore, inputsHash } from './done-before.ts';
import { becomesHistory } from './embed.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { filesToParse } from './files-to-parse.ts';
import { alive } from './heartbeat.ts';
import { priceOf } from './infer/price.ts';
import { judgeConfig } from './infer/judge.ts';
import { openTables } from './infer/select.ts';
import { queryTexts } from './query-entries.ts';
import { startOf } from './runs.ts';
import { inScope } from './scope.ts';
import { staleTables } from './stale-tables.ts';

/** Tokens that one table takes where none was asked about yet: a dossier of some files, and an answer. */
const usualTokens: TokensSpent = { questions: 1, input: 8_000, cachedInput: 0, output: 2_000 };
/** The same for judging one answer. */
const usualJudging: TokensSpent = { questions: 1, input: 3_000, cachedInput: 0, output: 1_000 };

export function preview(deps: ActivityDeps, request: PreviewRequest): Promise<NightPreview> {
  return alive(async () => {
    const { repo, asOf, redo } = request;
    const start = await startOf(deps, request, redo.length > 0);
    if ('skipped' in start) return { ...nothing, repo, asOf, skipped: start.skipped };
    const { last, commit, codeUnchanged } = start;
    const skipped = await alreadyDone(deps, request, commit);
    if (skipped !== null) return { ...nothing, repo, asOf, skipped };
    const stages = stagesToRun(redo);
    const facts = await factsOfCommit(deps, { repo, commit });
    const { source, known } = facts;
    const derives = stages.has('derive') && !codeUnchanged;
    const stale = derives ? await staleTables(deps, { ...request, since: last?.commit ?? null }, { known, source }) : { tables: new Set<string>(), newFiles: 0 }; // prettier-ignore
    const { open, asked } = stages.has('infer') ? await wouldAsk(deps, { ...request, commit }, stale.tables) : { open: [], asked: [] }; // prettier-ignore
    const toParse = stages.has('parse') ? await filesToParse(deps, { ...request, table: null }, facts) : [];
    return {
      repo,
      asOf,
      commit,
      skipped: null,
      files: source.files.length,
      toParse: toParse.length,
      toDerive: stale.tables.size,
      newFiles: stale.newFiles,
      modelTables: asked.length,
      modelTablesLeft: open.length - asked.length,
      ...(await costOf(deps, repo, asked.length)),
      toEmbed: await toEmbed(deps, request, stale.tables.union(new Set(asked))),
    };
  });
}

const nothing = {
  commit: '',
  files: 0,
  toParse: 0,
  toDerive: 0,
  newFiles: 0,
  modelTables: 0,
  modelTablesLeft: 0,
  inputTokens: 0,
  outputTokens: 0,
  usd: 0,
  toEmbed: 0,
};

/** Why a backfill would leave the night out; null: it would not. */
async function alreadyDone(
  deps: ActivityDeps,
  { repo, asOf, backfill }: PreviewRequest,
  commit: string,
): Promise<string | null> {
  if (backfill === null) return null;
  const { workflowId, input } = backfill;
  return doneBefore(deps, { repo, asOf, workflowId, run: '' }, await inputsHash(deps, { repo, input }, commit)); // prettier-ignore
}

/** Tables whose question is open, with those that would be derived, and of these the ones that the night may ask about. */
async function wouldAsk(
  deps: ActivityDeps,
  request: PreviewRequest & { readonly commit: string },
  stale: ReadonlySet<string>,
): Promise<{ readonly open: readonly string[]; readonly asked: readonly string[] }> {
  const scope = { ...request, table: null };
  const { tables, most } = await openTables(deps, scope);
  const open = most === 0 ? [] : [...new Set([...tables, ...[...stale].filter(inScope(scope))])];
  return { open, asked: open.slice(0, most) };
}

/** Priced as the tables that were asked about so far, and the judging of their answers. */
async function costOf(
  { db, config, model, judge }: ActivityDeps,
  repo: string,
  tables: number,
): Promise<Pick<NightPreview, 'inputTokens' | 'outputTokens' | 'usd'>> {
  if (tables === 0 || model === null) return { inputTokens: 0, outputTokens: 0, usd: 0 };
  const parts = [
    { spent: await tokensSpent(db, repo, model.model), usual: usualTokens, prices: config.model.prices },
    ...(judge
      ? [{ spent: await tokensSpent(db, repo, judge.model, true), usual: usualJudging, prices: judgeConfig(config.model)?.prices }] // prettier-ignore
      : []),
  ].map(({ spent, usual, prices }) => priced(spent.questions === 0 ? usual : spent, prices, tables));
  const sum = (of: (part: (typeof parts)[number]) => number) =>
    parts.reduce((all, part) => all + of(part), 0);
  return {
    inputTokens: sum(({ inputTokens }) => inputTokens),
    outputTokens: sum(({ outputTokens }) => outputTokens),
    usd: parts.some(({ usd }) => usd === null) ? null : sum(({ usd }) => usd ?? 0),
  };
}

function priced(known: TokensSpent, prices: ModelConfig['prices'], tables: number) {
  const times = tables / known.questions;
  const usd = priceOf(known, prices);
  return {
    inputTokens: Math.round(known.input * times),
    outputTokens: Math.round(known.output * times),
    usd: usd === null ? null : usd * times,
  };
}

/** Cards and trusted queries that have no vector of today's embedding model, and the cards of `changed` tables that the run makes anew. */
async function toEmbed(
  { db, embedder }: ActivityDeps,
  { repo, asOf, tables }: PreviewRequest,
  changed: ReadonlySet<string>,
): Promise<number> {
  if (await becomesHistory(db, { repo, asOf })) return 0;
  const cards = await readCardVersions(db, repo, { asOf });
  const texts = [...cards, ...(await queryTexts(db, { repo, asOf }))].map(({ textHash }) => textHash);
  const rendered = [...changed].filter(inScope({ table: null, tables }));
  return (await missingEmbeddings(db, embedder.model, texts)).length + rendered.length;
}
