/** What a night would do and cost, without doing it. */
import type { ModelConfig } from '../schema/contracts/config.ts';
import { stagesToRun } from '../schema/contracts/runs.ts';
import { readCardVersions } from '../store/cards.ts';
import { missingEmbeddings } from '../store/embeddings.ts';
import { tokensSpent, type TokensSpent } from '../store/model-spend.ts';
import type { NightPreview, PreviewRequest } from './contract.ts';
import type { ActivityDeps } from './deps.ts';
import { becomesHistory } from './embed.ts';
import { factsOfCommit } from './facts-of-commit.ts';
import { alive } from './heartbeat.ts';
import { priceOf } from './infer/exchange.ts';
import { judgeConfig } from './infer/judge.ts';
import { openTables } from './infer/select.ts';
import { queryTexts } from './query-entries.ts';
import { startOf } from './runs.ts';
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
    const stages = stagesToRun(redo);
    const { source, known, missing } = await factsOfCommit(deps, { repo, commit });
    const derives = stages.has('derive') && !codeUnchanged;
    const stale = derives ? await staleTables(deps, { ...request, since: last?.commit ?? null }, { known, source }) : { tables: new Set<string>(), unseen: 0 }; // prettier-ignore
    const asked = stages.has('infer')
      ? await wouldAsk(deps, { ...request, commit }, stale)
      : { tables: [], count: 0 };
    const toParse = redo.includes('parse') ? source.files.length : stages.has('parse') ? missing.length : 0;
    return {
      repo,
      asOf,
      commit,
      skipped: null,
      files: source.files.length,
      toParse,
      toDerive: stale.tables.size + stale.unseen,
      modelTables: asked.count,
      ...(await costOf(deps, repo, asked.count)),
      toEmbed:
        (await unembedded(deps, request)) + stale.unseen + new Set([...stale.tables, ...asked.tables]).size,
    };
  });
}

const nothing = {
  commit: '',
  files: 0,
  toParse: 0,
  toDerive: 0,
  modelTables: 0,
  inputTokens: 0,
  outputTokens: 0,
  usd: 0,
  toEmbed: 0,
};

/** Tables that the model would be asked about: those whose question is open, and those that would be derived, up to what the night may ask. */
async function wouldAsk(
  deps: ActivityDeps,
  request: PreviewRequest & { readonly commit: string },
  stale: { readonly tables: ReadonlySet<string>; readonly unseen: number },
): Promise<{ readonly tables: readonly string[]; readonly count: number }> {
  const { tables, most } = await openTables(deps, { ...request, table: null });
  const all = [...new Set([...tables, ...stale.tables])];
  return { tables: all.slice(0, most), count: Math.min(most, all.length + stale.unseen) };
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

/** Cards and trusted queries that have no vector of today's embedding model. */
async function unembedded({ db, embedder }: ActivityDeps, { repo, asOf }: PreviewRequest): Promise<number> {
  if (await becomesHistory(db, { repo, asOf })) return 0;
  const cards = await readCardVersions(db, repo, { asOf });
  const texts = [...cards, ...(await queryTexts(db, { repo, asOf }))].map(({ textHash }) => textHash);
  return (await missingEmbeddings(db, embedder.model, texts)).length;
}
