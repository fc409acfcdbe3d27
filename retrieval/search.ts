import type { Card } from '../schema/contracts/card.ts';
import type { QueryTemplate } from '../schema/contracts/usage.ts';
import { readCards } from '../store/cards.ts';
import type { Database } from '../store/database.ts';
import { readRankVersions } from '../store/queries.ts';
import { exactNames, searchText, searchVector, type Hit } from '../store/search.ts';
import { currentSnapshot, type Snapshot } from '../store/snapshots.ts';
import { fuse, type Fused, type Ranking } from './fusion.ts';
import { namesInQuestion } from './names-in-question.ts';
import { readOnly } from './read-only.ts';

/** Turns a question into a vector of the space that `model` names. */
export interface QuestionEmbedder {
  readonly model: string;
  /** Cosine similarity up to which two texts have nothing in common. Default 0.05. */
  readonly noise?: number;
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}

export interface SearchRequest {
  readonly repo: string;
  readonly question: string;
  /** Tables at most. Default 10, at most 50. */
  readonly limit?: number;
  /** Queries at most. Default 5; 0: none. */
  readonly queries?: number;
}

export interface TableHit {
  readonly table: string;
  /** Higher is better; comparable within one answer only. */
  readonly score: number;
  /** How it was found and what counts for or against it, in words. */
  readonly why: readonly string[];
  readonly summary: CardSummary;
}

/** What tells whether a table is the one that is wanted. Null where nothing is known. */
export interface CardSummary {
  readonly kind: string;
  readonly description: string | null;
  readonly grain: string | null;
  /** What decides which rows are in, in words. */
  readonly population: readonly string[];
  readonly caveats: readonly string[];
  readonly deprecated: string | null;
  readonly owner: string | null;
  readonly use: string | null;
  readonly similar: readonly string[];
}

export interface QueryHit {
  readonly query: QueryTemplate;
  readonly score: number;
  readonly why: readonly string[];
}

export interface SearchAnswer {
  /** What was searched; null: nothing is published yet, and the lists are empty. */
  readonly snapshot: Pick<Snapshot, 'id' | 'asOf' | 'commit'> | null;
  readonly tables: readonly TableHit[];
  readonly queries: readonly QueryHit[];
  /** What a reader must know of this answer: that it was searched by words only, say. */
  readonly notes: readonly string[];
}

/** Each way of looking hands over so many, of which the fused best are shown. */
const depth = 60;

/**
 * Tables and queries that answer a question, from the published snapshot, in one read-only transaction: what a reader sees belongs
 * together even while a night publishes. `embedder` null, or of another model than the snapshot's vectors: by names and words only, and a note says so.
 */
export async function search(
  db: Database,
  request: SearchRequest,
  embedder: QuestionEmbedder | null,
  signal?: AbortSignal,
): Promise<SearchAnswer> {
  const question = request.question.slice(0, 4000);
  const limit = Math.min(50, Math.max(1, request.limit ?? 10));
  const notes: string[] = [];
  // Before the transaction: a slow model server must not hold one open.
  const vector = embedder ? await vectorOf(embedder, question, notes, signal) : null;
  return readOnly(db, async (trx) => {
    const snapshot = await currentSnapshot(trx, request.repo);
    if (!snapshot) return { snapshot: null, tables: [], queries: [], notes: ['Nothing is published yet.'] };
    const usable = vector && embedder?.model === snapshot.model ? vector : null;
    if (vector && !usable) {
      notes.push(
        `Searched by names and words only: the vectors are of ${snapshot.model ?? 'no model'}, the question's is of ${embedder?.model ?? ''}.`,
      );
    }
    const find = async (kind: 'card' | 'query'): Promise<[Ranking[], Map<string, number>]> => {
      const at = [trx, request.repo, snapshot.id] as const;
      const names = kind === 'card' ? await exactNames(...at, namesInQuestion(question), depth) : [];
      const words = await searchText(...at, question, depth, [kind]);
      const meaning = usable ? await searchVector(...at, snapshot.model ?? '', usable, depth, [kind]) : [];
      return [
        [
          { by: 'name', refs: [...new Set(names.map(({ ref }) => ref))] },
          { by: 'words', refs: words.map(({ ref }) => ref) },
          { by: 'meaning', refs: near(meaning, embedder?.noise).map(({ ref }) => ref) },
        ],
        new Map([...names, ...words, ...meaning].map(({ ref, version }) => [ref, version])),
      ];
    };
    const [rankings] = await find('card');
    const cards = fuse(rankings).slice(0, limit * 2);
    const stored = await readCards(
      trx,
      request.repo,
      cards.map(({ ref }) => ref),
      { snapshot: snapshot.id },
    );
    const byTable = new Map(stored.map(({ table, card }) => [table, card]));
    const tables = cards
      .flatMap((hit) => tableHit(hit, byTable.get(hit.ref)))
      .sort((a, b) => b.score - a.score || (a.table < b.table ? -1 : 1))
      .slice(0, limit);
    if (cards.length > 0 && cards.every(({ found }) => found.every(({ by }) => by === 'meaning')))
      notes.push('No table has a word of the question: these are the nearest in meaning.');
    const { id, asOf, commit } = snapshot;
    const queries =
      request.queries === 0 ? [] : await queryHits(trx, await find('query'), request.queries ?? 5);
    return { snapshot: { id, asOf, commit }, tables, queries, notes };
  });
}

async function vectorOf(
  embedder: QuestionEmbedder,
  question: string,
  notes: string[],
  signal?: AbortSignal,
): Promise<number[] | null> {
  try {
    const [vector] = await embedder.embed([question], signal);
    return vector?.some((value) => value !== 0) ? vector : null;
  } catch (error) {
    if (signal?.aborted) throw error;
    notes.push(`Searched by names and words only: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** Vectors always have a nearest; what has nothing in common with the question is no find. */
const near = (hits: readonly Hit[], noise = 0.05): Hit[] => hits.filter(({ score }) => score > noise);

async function queryHits(
  trx: Database,
  [rankings, versions]: [Ranking[], Map<string, number>],
  limit: number,
): Promise<QueryHit[]> {
  const fused = fuse(rankings).slice(0, limit * 3);
  const ranked = await readRankVersions(
    trx,
    fused.map(({ ref }) => versions.get(ref) ?? 0),
  );
  const byRef = new Map(ranked.map(({ query }) => [query.fingerprint, query]));
  return fused
    .flatMap((hit) => {
      const query = byRef.get(hit.ref);
      if (!query) return [];
      // Half by what it is about, half by how far it can be trusted.
      return [
        {
          query,
          score: hit.score * (0.5 + 0.5 * query.trust),
          why: [...foundBy(hit), `${query.tier.replaceAll('_', ' ')} (${query.trust})`],
        },
      ];
    })
    .sort((a, b) => b.score - a.score || (a.query.fingerprint < b.query.fingerprint ? -1 : 1))
    .slice(0, limit);
}

/** What makes a table a less likely answer than its place says. A name that was typed out is meant, whatever speaks against it. */
const priors: readonly {
  readonly factor: number;
  readonly why: string;
  readonly holds: (card: Card) => boolean;
}[] = [
  { factor: 0.5, why: 'deprecated', holds: (card) => card.deprecated !== null },
  { factor: 0.85, why: 'built by no file here: raw input', holds: (card) => card.path === null },
];

function tableHit(hit: Fused, card: Card | undefined): TableHit[] {
  if (!card) return [];
  const named = hit.found.some(({ by }) => by === 'name');
  const against = named ? [] : priors.filter(({ holds }) => holds(card));
  return [
    {
      table: hit.ref,
      score: against.reduce((score, { factor }) => score * factor, hit.score),
      why: [...foundBy(hit), ...against.map(({ why }) => why)],
      summary: summaryOf(card),
    },
  ];
}

const foundBy = ({ found }: Fused): string[] => found.map(({ by, place }) => `by ${by} (${place}.)`);

function summaryOf(card: Card): CardSummary {
  const grain = card.grain?.value;
  return {
    kind: card.kind,
    description: card.description?.value ?? card.purpose?.value ?? null,
    grain: grain?.phrase || (grain?.status === 'duplicates_possible' ? 'rows may repeat' : null),
    population: card.population.map(({ value }) => value.words || value.sql),
    caveats: card.caveats.map(({ value }) => value),
    deprecated: card.deprecated?.value ?? null,
    owner: card.owner?.value.owner ?? null,
    use: card.usage?.band ?? null,
    similar: card.similar.map(({ table }) => table),
  };
}
