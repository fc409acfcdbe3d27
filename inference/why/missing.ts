/** What keeps a key from reaching the output of a query: the rows that its columns do not tell apart, followed to where they come from. */
import type { BoundJoin, BoundNode, ColumnId } from '../bind/bound.ts';
import type { Place } from '../derive/places.ts';
import { visibleKeys } from '../derive/project.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Prover } from '../derive/prover.ts';
import type { Run } from '../derive/run.ts';
import { keyAt } from './key-at.ts';
import { sourceName } from './operator-text.ts';
import { allNodes, inputOf } from './plan.ts';

export interface Missing extends Partial<Place> {
  /** `no_key`: none is known of what is read; `repeated`: a join repeats rows; `hidden`: the key is not selected; `alike`: branches or elements that nothing tells apart. */
  readonly kind: 'no_key' | 'repeated' | 'hidden' | 'alike';
  readonly words: string;
  /** The stored table whose rows are not told apart, and the columns that it is joined on; null where it is no table. */
  readonly table: string | null;
  readonly joinedOn: readonly string[];
}

export function missingIn(run: Run, placeOf: (line: number) => Place): Missing[] {
  const finder = new Finder(run.prover, run.query.node, placeOf);
  const found = finder.of(
    run.query.node,
    run.columns.map(({ id }) => id),
  );
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
      for (const id of [...prover.derive(node.right).row, ...prover.derive(node.left).row])
        this.#joins.set(id, node);
    }
  }

  of(node: BoundNode, visible: readonly ColumnId[], depth = 0): Missing[] {
    const known = this.#prover.derive(node);
    const told = dependenciesOf(known).closure(visible);
    if (depth > 12) return [];
    return known.row.filter((id) => !told.has(id)).flatMap((id) => this.#behind(id, depth));
  }

  #behind(id: ColumnId, depth: number): Missing[] {
    const node = this.#owners.get(id);
    if (node === undefined) return [];
    switch (node.op) {
      case 'scan':
        return [this.#scan(node, id)];
      case 'instance': {
        const { of } = node;
        const known = this.#prover.derive(of.node);
        const keys = visibleKeys(known, dependenciesOf(known), new Set(of.schema.ids()), 1, this.#prover);
        return keys.length > 0 ? [this.#untold(node, id)] : this.of(of.node, of.schema.ids(), depth + 1);
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
          : [this.#untold(node, id)];
      case 'opaque':
        return [this.#missing('no_key', 'a query that is not understood', node)];
      default:
        return [this.#missing('no_key', `rows of ${sourceName(node)} may repeat`, node)];
    }
  }

  #scan(node: Extract<BoundNode, { op: 'scan' }>, id: ColumnId): Missing {
    const keyless = (this.#prover.upstream(node.table)?.keys.length ?? 0) === 0;
    const joinedOn = this.#joinColumns(id).flatMap((column) => {
      const definition = this.#prover.definitions[column];
      return definition?.kind === 'table' && definition.table === node.table ? [definition.column] : [];
    });
    if (!keyless) return { ...this.#untold(node, id), table: node.table, joinedOn };
    return {
      ...this.#missing('no_key', `no key of ${node.table} is known`, node),
      table: node.table,
      joinedOn,
    };
  }

  /** A key is known and not to be told from the output. */
  #untold(node: BoundNode, id: ColumnId): Missing {
    const key = keyAt(node, null, new Set(), this.#prover);
    const columns = key === null ? '' : someNames(key.columns.map(this.#prover.nameOf));
    const name = node.op === 'group' ? 'the groups' : sourceName(node);
    const own = `${name} ${name === 'the groups' ? 'have' : 'has'} one row per ${columns}`;
    const join = this.#joins.get(id);
    const repeats = join !== undefined && isRight(id, join, this.#prover) && join.pairs.length > 0;
    if (!repeats) return this.#missing('hidden', `${own}, which is not among the columns`, node);
    const on = join.pairs.map(({ right }) => this.#prover.nameOf(right)).join(', ');
    return this.#missing('repeated', `${own} and is joined on ${on}: a row comes out once for each`, join);
  }

  #joinColumns(id: ColumnId): ColumnId[] {
    const join = this.#joins.get(id);
    return join === undefined ? [] : join.pairs.flatMap(({ left, right }) => [left, right]);
  }

  #missing(kind: Missing['kind'], words: string, { line }: BoundNode): Missing {
    return { kind, words, table: null, joinedOn: [], ...(line === undefined ? {} : this.#placeOf(line)) };
  }
}

const mostNames = 6;

const someNames = (names: readonly string[]): string =>
  `${names.slice(0, mostNames).join(', ')}${names.length > mostNames ? ` and ${names.length - mostNames} more` : ''}`;

const isRight = (id: ColumnId, join: BoundJoin, prover: Prover): boolean =>
  inputOf(join) !== undefined && prover.derive(join.right).row.includes(id);
