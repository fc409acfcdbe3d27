/** A part of a text that must not be kept: `from` inclusive, `to` exclusive, in UTF-16 units. */
export interface Finding {
  /** Lower case, dashed: `github`, `jwt`, `password`, `email`. */
  readonly kind: string;
  readonly from: number;
  readonly to: number;
}

/** A pattern of our own. Where it has a group named `secret`, only that part is found. */
export interface Pattern {
  readonly kind: string;
  /** With the flags `dg` at least. */
  readonly pattern: RegExp;
  /** What says that such texts are secret. */
  readonly source: string;
  /** Whether a match that the pattern alone cannot tell apart is really one. Absent: it is. */
  readonly holds?: (secret: string, match: RegExpExecArray) => boolean;
}

export function findAll(text: string, patterns: readonly Pattern[]): Finding[] {
  return patterns.flatMap(({ kind, pattern, holds }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const range = match.indices?.groups?.['secret'] ?? match.indices?.[0];
      if (!range || (holds && !holds(text.slice(...range), match))) return [];
      return [{ kind, from: range[0], to: range[1] }];
    }),
  );
}
