/** The conditions on the rows of two tables side by side: what only one of them has, as far as that can be told. */
import { bare, rooted, tokensOf, type RootOf } from './column-roots.ts';
import { inOrder, listIn, type ListCondition } from './condition-order.ts';
import { normal, type ColumnPairs } from './similar-columns.ts';
import type { Sources } from './similar-sources.ts';
import type { TableShape } from './similar.ts';

export type Predicate = TableShape['population'][number];

export interface ConditionDifferences {
  readonly mine: readonly Predicate[];
  readonly theirs: readonly Predicate[];
  /** Lists of both that are not the same, in words. */
  readonly lists: readonly string[];
}

/** A condition as it is compared: the same as another if any of the spellings are. */
interface Spelled {
  readonly predicate: Predicate;
  readonly spellings: readonly string[];
  readonly list: ListCondition | null;
}

const namedMembers = 3;

export class Conditions {
  readonly #rootOf: RootOf;
  readonly #columns: ColumnPairs;
  readonly #sources: Sources;
  readonly #known = new WeakMap<TableShape, readonly Spelled[]>();

  constructor(rootOf: RootOf, columns: ColumnPairs, sources: Sources) {
    this.#rootOf = rootOf;
    this.#columns = columns;
    this.#sources = sources;
  }

  /** Without those that the other has under another wording, or that a table further up of it has: its rows may well meet them. */
  differences(table: TableShape, other: TableShape): ConditionDifferences {
    const [own, others] = [this.#spelled(table), this.#spelled(other)];
    const mine = this.#only(own, others, other);
    const theirs = this.#only(others, own, table);
    const lists = mine.flatMap((one) => {
      const two = theirs.find(({ list }) => list !== null && list.around === one.list?.around);
      return two ? [{ one, two }] : [];
    });
    const paired = new Set(lists.flatMap(({ one, two }) => [one, two]));
    const rest = (all: readonly Spelled[]): Predicate[] =>
      all.filter((each) => !paired.has(each)).map(({ predicate }) => predicate);
    return {
      mine: rest(mine),
      theirs: rest(theirs),
      lists: lists.map(({ one, two }) => listWords(one, two)),
    };
  }

  #only(own: readonly Spelled[], others: readonly Spelled[], other: TableShape): Spelled[] {
    const met = new Set(others.flatMap(({ spellings }) => spellings));
    const left = own.filter(
      ({ spellings, predicate }) =>
        !spellings.some((text) => met.has(text)) && !this.#holdsAnyway(predicate, spellings, other),
    );
    if (left.length === 0) return left;
    const inherited = new Set(
      this.#sources
        .shapesFurtherUp(other.table)
        .flatMap((shape) => this.#spelled(shape).flatMap(({ spellings }) => spellings)),
    );
    return left.filter(({ spellings }) => !spellings.some((text) => inherited.has(text)));
  }

  #spelled(shape: TableShape): readonly Spelled[] {
    const known = this.#known.get(shape);
    if (known) return known;
    const columns = new Set(shape.columns.map((column) => column.toLowerCase()));
    const spelled = shape.population.map((predicate): Spelled => {
      const { sql, words } = predicate;
      if (sql === '') return { predicate, spellings: [normal(words)], list: null };
      const tokens = rooted(sql, shape.table.toLowerCase(), columns, this.#rootOf);
      const spellings = [tokens, bare(tokens), bare(tokensOf(sql))].map(inOrder);
      return { predicate, spellings, list: listIn(bare(tokens)) };
    });
    this.#known.set(shape, spelled);
    return spelled;
  }

  /** What the columns or the key of `other` say of its rows without a condition, or leave open. */
  #holdsAnyway({ sql }: Predicate, [spelling = '']: readonly string[], other: TableShape): boolean {
    const column = /^(\S+) is not null$/.exec(spelling)?.[1];
    if (column !== undefined) {
      const name = column.slice(column.lastIndexOf('.') + 1);
      const names = new Set([column, name]);
      return this.#columns.isNotNull(other, names);
    }
    const first = /\brow_number\(\) over \(partition by (.+?) order by .*\) = 1$/is.exec(sql)?.[1];
    if (first === undefined) return false;
    if (other.key === null) return true;
    const names = new Set(first.split(',').map((name) => normal(name.slice(name.lastIndexOf('.') + 1))));
    const key = new Set(other.key.map(normal));
    return key.isSubsetOf(names) || names.isSubsetOf(key);
  }
}

function listWords({ list: here }: Spelled, { list: there }: Spelled): string {
  const only = (one: ListCondition | null, two: ListCondition | null, where: string): string[] => {
    const left = (one?.members ?? []).filter((member) => !two?.members.includes(member));
    if (left.length === 0) return [];
    return [`${left.length > namedMembers ? `${left.length} values` : left.join(', ')} only ${where}`];
  };
  const told = [...only(here, there, 'here'), ...only(there, here, 'there')];
  return `‘${here?.around ?? ''}’ lists ${told.join(', ')}`;
}
