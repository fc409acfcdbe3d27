import { createHash } from 'node:crypto';
import { spokenWords } from './name-words.ts';
import { stem } from './stem.ts';

/** Names the method on cards, runs and search results: these vectors compare with no model's. */
export const localEmbeddingModel = 'local-hash-1';

/** Words that every card has, and those that only make a question. */
const stopWords = new Set(
  `a about all an and any are as at be been but by can column columns could did do does each every find for from get give had has have
  how i if in into is it its key list look many me much must my need no not of on one or our per row rows should show so some table tables tell
  than that the their them then there these they this those to use was we were what when where which who whose why will with would you your`.split(
    /\s+/,
  ),
);

/** Shares of the parts of a text in its vector. Later lines of a card identify it less than its first ones. */
const wordWeight = 1;
const pairWeight = 0.5;
const trigramWeight = 0.25;
const lineWeights = [3, 2.5, 2, 1.5, 1] as const;

/**
 * Cosine similarity up to which two texts have nothing in common but chance: about four standard deviations of the product of two random unit vectors.
 */
export const localNoise = (dimensions: number): number => 4.2 / Math.sqrt(dimensions);

/**
 * A text as a unit vector of `dimensions` numbers, without a model: words, parts of names, neighbouring words and runs of three
 * letters are hashed to signed places, how often they occur counts by its logarithm. Equal texts give equal vectors on every machine.
 * A text without a word gives the zero vector.
 */
export function embedLocally(text: string, dimensions: number): number[] {
  const weights = new Map<string, number>();
  const add = (feature: string, weight: number): void => {
    weights.set(feature, (weights.get(feature) ?? 0) + weight);
  };
  text.split('\n').forEach((line, index) => {
    const weight = lineWeights[Math.min(index, lineWeights.length - 1)] ?? 1;
    const words = contentWords(line);
    words.forEach((word, i) => {
      add(`w ${word}`, wordWeight * weight);
      const next = words[i + 1];
      if (next !== undefined) add(`p ${word} ${next}`, pairWeight * weight);
      for (const part of trigrams(word)) add(`t ${part}`, trigramWeight * weight);
    });
  });
  const vector = new Float64Array(dimensions);
  for (const [feature, weight] of weights) {
    const { place, sign } = placeOf(feature, dimensions);
    vector[place] = (vector[place] ?? 0) + sign * Math.log1p(weight);
  }
  const length = Math.hypot(...vector);
  return length === 0 ? [...vector] : [...vector].map((value) => value / length);
}

/** Stems of the words that mean something: names split, abbreviations written out, numbers and stop words left out. */
export function contentWords(text: string): string[] {
  return spokenWords(text)
    .filter((word) => word.length > 1 && !stopWords.has(word) && !/^\d+$/.test(word))
    .map(stem);
}

function trigrams(word: string): string[] {
  if (word.length < 4) return [];
  const marked = `^${word}$`;
  return Array.from({ length: marked.length - 2 }, (_, i) => marked.slice(i, i + 3));
}

const places = new Map<string, number>();
const placesKept = 200_000;

function placeOf(feature: string, dimensions: number): { place: number; sign: 1 | -1 } {
  let hash = places.get(feature);
  if (hash === undefined) {
    hash = createHash('sha1').update(feature).digest().readUIntBE(0, 6);
    if (places.size >= placesKept) places.clear();
    places.set(feature, hash);
  }
  return { place: Math.floor(hash / 2) % dimensions, sign: hash % 2 === 0 ? 1 : -1 };
}
