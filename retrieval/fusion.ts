/** One way of looking, and what it found, best first, each thing once. */
export interface Ranking {
  readonly by: 'name' | 'meaning' | 'words';
  readonly refs: readonly string[];
}

export interface Fused {
  readonly ref: string;
  /** Comparable within one search only. */
  readonly score: number;
  /** Which ways found it, the one that adds most first, with the place that it had there (from 1). */
  readonly found: readonly { readonly by: Ranking['by']; readonly place: number }[];
}

/** What one way of looking counts. A name that was typed out leaves no doubt; meaning and words are each wrong in their own way. */
export const weights: Readonly<Record<Ranking['by'], number>> = { name: 4, meaning: 1, words: 0.8 };
/** Tempers the head of each list: place 1 counts 1 / (rankOffset + 1). */
const rankOffset = 10;

/** Reciprocal rank fusion: each way adds its weight divided by the place, so that scores of different kinds need not be compared. */
export function fuse(rankings: readonly Ranking[]): Fused[] {
  const found = new Map<string, { by: Ranking['by']; place: number; points: number }[]>();
  for (const { by, refs } of rankings) {
    refs.forEach((ref, i) => {
      const ways = found.get(ref) ?? [];
      ways.push({ by, place: i + 1, points: weights[by] / (rankOffset + i + 1) });
      found.set(ref, ways);
    });
  }
  return [...found]
    .map(([ref, ways]) => ({
      ref,
      score: ways.reduce((sum, { points }) => sum + points, 0),
      found: ways.sort((a, b) => b.points - a.points).map(({ by, place }) => ({ by, place })),
    }))
    .sort((a, b) => b.score - a.score || (a.ref < b.ref ? -1 : 1));
}
