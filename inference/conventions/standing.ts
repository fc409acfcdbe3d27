/** How what the code says of a table's rows stands to a key that the table may have. */
import { periodOf } from '../derive/phrase.ts';
import type { KeyedTable } from './likely-keys.ts';

export interface Standing {
  readonly words: string;
  /** The code makes it likely, and neither proves nor assumes it. */
  readonly likely: boolean;
  /** What it makes of a belief in the key. */
  readonly judge: (belief: number) => number;
}

/** How often a key that the code makes likely is the tested one: the first column, another one, several, several that are tested elsewhere. */
const ofLikely = { first: 0.9, one: 0.6, several: 0.3, elsewhere: 0.7 } as const;
const likelyInProof = 0.6;
const besideProof = 0.8;
/** A proof of few columns was written so; a wide one is mostly what a DISTINCT or a UNION leaves. */
const fewColumns = 3;
const partOfFew = 0.5;

/** A key's columns in lower case, sorted. */
export const keyText = (columns: readonly string[]): string =>
  [...new Set(columns.map((column) => column.toLowerCase()))].sort().join();

/** Of keys by their texts. Null: of a thing and a day that are proved the thing alone is no key. */
export function standings({
  columns,
  derived,
  likely,
}: KeyedTable): (key: string, elsewhere: boolean) => Standing | null {
  const proofs = derived.flatMap(({ columns: of, proved }) => (proved ? [keyText(of)] : []));
  const wholes = proofs.map((text) => new Set(text.split(',')));
  const assumed = new Set(derived.map((own) => keyText(own.columns)));
  const hopes = new Set(likely.map(keyText));
  const first = columns[0]?.toLowerCase();
  return (key, elsewhere) => {
    const parts = key.split(',');
    const whole = wholes.filter((text) => parts.every((part) => text.has(part)));
    if (proofs.includes(key)) return standing('proved', 1);
    if (whole.some((text) => lacksTime(parts, text))) return null;
    if (assumed.has(key)) return standing('assumed by the code', 1);
    if (hopes.has(key)) {
      const one = parts.length === 1 ? ofLikely.one : elsewhere ? ofLikely.elsewhere : ofLikely.several;
      const hope = key === first ? ofLikely.first : whole.length > 0 ? one * likelyInProof : one;
      const words = whole.length > 0 ? 'likely by the code, part of a proved key' : 'likely by the code';
      return { words, likely: true, judge: (belief) => 1 - (1 - belief) * (1 - hope) };
    }
    if (proofs.length === 0) return standing('not proved', 1);
    if (whole.length === 0) return standing('beside a proved key', besideProof);
    return whole.some(({ size }) => size <= fewColumns)
      ? standing('part of a proved key', partOfFew)
      : standing('part of a wide proved key', 1);
  };
}

const standing = (words: string, weight: number): Standing => ({
  words,
  likely: false,
  judge: (belief) => belief * weight,
});

/** Whether a few columns are proved to be a key of which this one lacks the time. */
const lacksTime = (parts: readonly string[], whole: ReadonlySet<string>): boolean =>
  whole.size <= fewColumns && [...whole].some((name) => !parts.includes(name) && isTime(name));

const isTime = (name: string): boolean => periodOf({ name, type: null, truncated: null }) !== null;
