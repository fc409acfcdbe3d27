/** What keeps a key from reaching the output of a query: the rows that its columns do not tell apart, followed to where they come from. */
import type { BoundJoin, BoundNode, ColumnId } from '../bind/bound.ts';
import type { Place } from '../derive/places.ts';
import { visibleKeys } from '../derive/project.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';
import type { Run } from '../derive/run.ts';
import { keyAt } from './key-at.ts';
import { knownAt } from './known-at.ts';
import { sourceName } from './operator-text.ts';
import { allNodes } from './plan.ts';

export interface Missing extends Partial<Place> {
  /** `no_key`: none is known of what is read; `repeated`: a join repeats rows; `hidden`: the key is not selected; `alike`: branches or elements that nothing tells apart. */
  readonly kind: 'no_key' | 'repeated' | 'hidden' | 'alike';
  readonly words: string;
  /** The stored table whose rows are not told apart, and the columns that it is joined on; null where it is no table. */
  readonly table: string | null;
  readonly joinedOn: readonly string[];
}

/** The same with what of the query it is about. */
export interface Untold extends Missing {
  readonly node: BoundNode;
  /** The key of the rows that are not told apart; empty where none is known. */
  readonly key: readonly ColumnId[];
  /** What the join that repeats rows equates of them. */
  readonly joined: readonly ColumnId[];
}

export const missingIn = (run: Run, placeOf: (line: number) => Place): Missing[] =>
  untoldBy(
    run.columns.map(({ id }) => id),
    run,
    placeOf,
  ).map(({ node: _node, key: _key, joined: _joined, ...missing }) => missing);

/** The rows that some columns of the output do not tell apart. Empty: they are a key. */
export const untoldBy = (
  columns: readonly ColumnId[],
  { prover, query }: Run,
  placeOf: (line: number) => Place,
): Untold[] => untoldIn(columns, query.node, prover, placeOf);

/** The same of an operator within a query. */
export function untoldIn(
  columns: readonly ColumnId[],
  node: BoundNode,
  prover: Prover,
  placeOf: (line: number) => Place,
): Untold[] {
  const known = knownAt(node, prover);
  if (dependenciesOf(known).determines(columns, known.row)) return [];
  const found = new Finder(prover, node, placeOf).of(node, columns);
  return [...new Map(found.map((one) => [one.words, one])).values()];
}

class Finder {
  readonly #prover: Prover;
  readonly #placeOf: (line: number) => Place;
  /** The operator that makes a row's identity. */
  readonly #owners = new Map<ColumnId, BoundNode>();
  /** The innermost join that brings the rows in. */
  readonly #joins = new Map<ColumnId, BoundJoin>();

  constructor(prover: Prover, root: BoundNode, placeOf: (line: number) => Place) {
    this.#prover = prover;
    this.#placeOf = placeOf;
    for (const node of allNodes(root)) {
      if ('row' in node) this.#owners.set(node.row, node);
      if (node.op !== 'join') continue;
      for (const id of [...knownAt(node.right, prover).row, ...knownAt(node.left, prover).row])
        this.#joins.set(id, node);
    }
  }

  of(node: BoundNode, visible: readonly ColumnId[], depth = 0): Untold[] {
    const known = knownAt(node, this.#prover);
    const told = dependenciesOf(known).closure(visible);
    if (depth > 12) return [];
    return known.row.filter((id) => !told.has(id)).flatMap((id) => this.#behind(id, depth));
  }

  #behind(id: ColumnId, depth: number): Untold[] {
    const node = this.#owners.get(id);
    if (node === undefined) return [];
    switch (node.op) {
      case 'scan':
        return this.#scan(node, id);
      case 'instance': {
        const { of } = node;
        const known = knownAt(of.node, this.#prover);
        const keys = visibleKeys(known, dependenciesOf(known), new Set(of.schema.ids()), 1, this.#prover);
        return keys.length > 0 ? this.#untold(node, id) : this.of(of.node, of.schema.ids(), depth + 1);
      }
      case 'set': {
        const inner = node.inputs.flatMap((input) => this.of(input.node, input.schema.ids(), depth + 1));
        if (inner.length > 0) return inner;
        const words = `nothing tells the ${node.inputs.length} branches of the union apart: a column with another literal in each would`;
        return [this.#missing('alike', words, node)];
      }
      case 'unnest':
        return [
          this.#missing(
            'alike',
            'elements of an array may repeat, and their place in it is not selected',
            node,
          ),
        ];
      case 'group':
        return node.keys === null
          ? [this.#missing('no_key', 'what is grouped by is not known', node)]
          : this.#untold(node, id);
      case 'opaque':
        return [this.#missing('no_key', 'a query that is not understood', node)];
      default:
        return [this.#missing('no_key', `rows of ${sourceName(node)} may repeat`, node)];
    }
  }

  #scan(node: Extract<BoundNode, { op: 'scan' }>, id: ColumnId): Untold[] {
    const keyless = (this.#prover.upstream(node.table)?.keys.length ?? 0) === 0;
    const joinedOn = this.#joinColumns(id).flatMap((column) => {
      const definition = this.#prover.definitions[column];
      return definition?.kind === 'table' && definition.table === node.table ? [definition.column] : [];
    });
    if (!keyless) return this.#untold(node, id).map((one) => ({ ...one, table: node.table, joinedOn }));
    const words = `no key of ${node.table} is known`;
    return [{ ...this.#missing('no_key', words, node), table: node.table, joinedOn }];
  }

  /** A key is known and not to be told from the output. None where it is joined on whole: what it is joined with is what is not told. */
  #untold(node: BoundNode, id: ColumnId): Untold[] {
    const key = keyAt(node, null, new Set(), this.#prover)?.columns ?? [];
    const keyless = key.length === 0;
    const [rows, has] = node.op === 'group' ? ['the groups', 'the groups have'] : [`the rows of ${sourceName(node)}`, `${sourceName(node)} has`]; // prettier-ignore
    const own = keyless
      ? `no column with a name tells ${rows} apart`
      : `${has} one row per ${someNames(key.map(this.#prover.nameOf))}`;
    const join = this.#joins.get(id);
    const side = join && join.pairs.length > 0 ? knownAt(join.right, this.#prover) : undefined;
    if (join === undefined || !side?.row.includes(id))
      return [{ ...this.#missing('hidden', keyless ? own : `${own}, which is not among the columns`, node), key }]; // prettier-ignore
    const joined = join.pairs.map(({ right }) => right);
    if (dependenciesOf(side).determines(joined, [id])) return [];
    const on = joined.map(this.#prover.nameOf).join(', ');
    const words = `${own}${keyless ? ', and it' : ' and'} is joined on ${on}: a row comes out once for each`;
    return [{ ...this.#missing('repeated', words, join), key, joined }];
  }

  #joinColumns(id: ColumnId): ColumnId[] {
    const join = this.#joins.get(id);
    return join === undefined ? [] : join.pairs.flatMap(({ left, right }) => [left, right]);
  }

  #missing(kind: Untold['kind'], words: string, node: BoundNode): Untold {
    const at = node.line === undefined ? {} : this.#placeOf(node.line);
    return { kind, words, table: null, joinedOn: [], node, key: [], joined: [], ...at };
  }
}

const mostNames = 6;

const someNames = (names: readonly string[]): string =>
  `${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ` and ${names.length - mostNames} more` : ''}`;
