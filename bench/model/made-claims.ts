/** Claims made from lines that say one simple thing, so that it is known whether they are true. */
import type { Citation, TableReading } from '../../inference/model/output-contract.ts';
import { emptyReading } from '../../test/support/empty-reading.ts';
import type { Random } from '../synthetic/random.ts';

export interface SourceLine {
  readonly path: string;
  /** From 1. */
  readonly number: number;
  readonly text: string;
}

export interface MadeClaim {
  readonly kind: string;
  readonly line: SourceLine;
  /** What it says, to tell claims apart. */
  readonly says: string;
  /** The claim, or what contradicts it, with those lines as evidence. */
  readonly reading: (cited: Citation, negated: boolean) => TableReading;
}

type Statements = (
  found: RegExpExecArray,
  negated: boolean,
  cited: { evidence: Citation[]; confidence: number },
) => Partial<TableReading>;

const name = String.raw`(?:\w+\.)?(\w+)`;
const kinds: readonly (readonly [kind: string, line: RegExp, statements: Statements])[] = [
  [
    'predicate IS NOT NULL',
    new RegExp(String.raw`^\s*(?:where|and)\s+${name}\s+is\s+not\s+null\s*$`, 'i'),
    ([, column = ''], negated, cited) => ({
      population: [
        { sql: `${column} is ${negated ? '' : 'not '}null`, words: `Rows ${negated ? 'with' : 'without'} ${column} are left out.`, ...cited }, // prettier-ignore
      ],
    }),
  ],
  [
    'predicate on a value',
    new RegExp(String.raw`^\s*(?:where|and)\s+${name}\s*=\s*'([^'{}]+)'\s*$`, 'i'),
    ([, column = '', value = ''], negated, cited) => ({
      population: [
        { sql: `${column} ${negated ? '<>' : '='} '${value}'`, words: `${negated ? 'Not the' : 'Only the'} rows of '${value}'.`, ...cited }, // prettier-ignore
      ],
    }),
  ],
  [
    'values of a column',
    new RegExp(String.raw`^\s*when\s+${name}\s*=\s*'([^'{}]+)'\s+then\s+'([^'{}]+)'\s*$`, 'i'),
    ([, column = '', value = '', becomes = ''], negated, cited) => ({
      caveats: [
        { text: `'${becomes}' stands for rows whose \`${column}\` is ${negated ? 'anything but' : ''} '${value}'.`, ...cited }, // prettier-ignore
      ],
    }),
  ],
  [
    'replaced NULL',
    new RegExp(String.raw`^\s*,?\s*coalesce\(\s*${name},\s*(0|'[^'{}]*')\s*\)\s+as\s+(\w+),?\s*$`, 'i'),
    ([, column = '', , result = ''], negated, cited) => ({
      caveats: [
        { text: `A \`${column}\` that is NULL ${negated ? 'stays NULL in' : 'is replaced in'} \`${result}\`.`, ...cited }, // prettier-ignore
      ],
    }),
  ],
  [
    'join',
    new RegExp(String.raw`^\s*(?:left |inner |full )?(?:outer )?join\s+(\w+)(?:\s+(?:as\s+)?\w+)?\s+on\s+\w+\.(\w+)\s*=\s*\w+\.(\w+)\s*$`, 'i'), // prettier-ignore
    ([, other = '', column = '', theirs = ''], negated, cited) => ({
      joins: [
        { columns: [column], to: negated ? `${other}_history` : other, to_columns: [theirs], cardinality: 'unknown', ...cited }, // prettier-ignore
      ],
    }),
  ],
];

/** About equally many of each kind, as the lines allow. */
export function makeClaims(lines: readonly SourceLine[], count: number, random: Random): MadeClaim[] {
  const pools = kinds.map(([kind, pattern, statements]) =>
    lines.flatMap((line): MadeClaim[] => {
      const found = pattern.exec(line.text);
      if (found === null) return [];
      const reading = (cited: Citation, negated: boolean): TableReading => ({
        ...emptyReading,
        ...statements(found, negated, { evidence: [cited], confidence: 0.9 }),
      });
      return [{ kind, line, says: found.slice(1).join(' ').toLowerCase(), reading }];
    }),
  );
  const claims: MadeClaim[] = [];
  while (claims.length < count && pools.some((pool) => pool.length > 0))
    for (const pool of pools) {
      if (pool.length === 0 || claims.length === count) continue;
      claims.push(...pool.splice(random.between(0, pool.length - 1), 1));
    }
  return claims;
}
