/** One run of a build: its query bound and reasoned about. */
import type { TableId } from '../../schema/contracts/names.ts';
import type { Relation } from '../../schema/contracts/relation.ts';
import { bindRelation } from '../bind/bind.ts';
import type { Catalog, UnresolvedName } from '../bind/bind.ts';
import type { BoundCte, BoundNode, BoundQuery, ColumnId } from '../bind/bound.ts';
import { renamed } from '../bind/relation.ts';
import type { NamedColumn } from '../bind/schema.ts';
import { Lineage } from '../lineage/lineage.ts';
import { deriveFilter } from './assume.ts';
import { deriveCompute } from './compute.ts';
import type { Dependencies } from './dependencies.ts';
import { deriveDistinct, deriveGroup, derivePivot } from './group.ts';
import { deriveInstance } from './instance.ts';
import type { Summary } from './instance.ts';
import type { TableInterface } from './interface.ts';
import { deriveJoin } from './join.ts';
import { namedBehindStars, outputNames } from './names.ts';
import type { Names } from './render.ts';
import { likelyKeys, mostKeys, visibleKeys } from './project.ts';
import type { VisibleKey } from './project.ts';
import { dependenciesOf, properties } from './properties.ts';
import type { Properties } from './properties.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';
import { deriveFunction, deriveUnnest, deriveUnpivot, deriveValues } from './rows.ts';
import { deriveScan } from './scan.ts';
import { deriveSet } from './set.ts';

export interface Run {
  readonly query: BoundQuery;
  /** The output under the table's column names. */
  readonly columns: readonly NamedColumn[];
  /** There are output columns whose names are not known. */
  readonly open: boolean;
  readonly known: Properties;
  readonly dependencies: Dependencies;
  readonly keys: readonly VisibleKey[];
  /** Keys that rest on what joins and unions are mostly written for. */
  readonly likely: readonly VisibleKey[];
  readonly lineage: Lineage;
  readonly prover: Prover;
  readonly unresolved: readonly UnresolvedName[];
  readonly names: Names;
  readonly idOf: (name: string) => ColumnId | undefined;
}

/** `columnNames`: the table's columns in the order of the output, when the write names them. */
export function runOf(
  relation: Relation,
  catalog: Catalog,
  upstream: (table: TableId) => TableInterface | null,
  columnNames?: readonly string[],
): Run {
  const bound = bindRelation(relation, catalog);
  const { query, definitions } = bound;
  const schema = renamed(query.schema, columnNames);
  const named = schema.columns.filter((column) => column.name !== '');
  const columns = [...named, ...namedBehindStars(schema, definitions)];
  const ids = new Map(
    columns.map((column) => [column.name.toLowerCase(), column.id]).reverse() as [string, ColumnId][],
  );
  const names = outputNames(columns, definitions);
  const summaries = new Map<BoundCte, Summary>();
  const prover: Prover = {
    definitions,
    fresh: bound.fresh,
    upstream,
    derive: (node) => deriveNode(node, prover, summaries),
    nameOf: (id) => names.of(id) ?? shortName(id, prover),
  };
  const known = prover.derive(query.node);
  const dependencies = dependenciesOf(known);
  const visible = new Set(columns.map((column) => column.id));
  return {
    query,
    columns,
    open: schema.open,
    known,
    dependencies,
    keys: visibleKeys(known, dependencies, visible, mostKeys, prover),
    likely: likelyKeys(known, visible, prover),
    lineage: new Lineage(definitions),
    prover,
    unresolved: bound.unresolved,
    names,
    idOf: (name) => ids.get(name.toLowerCase()),
  };
}

function shortName(id: ColumnId, prover: Prover, depth = 0): string {
  const definition = prover.definitions[id];
  if (definition === undefined || depth > 20) return 'a value';
  switch (definition.kind) {
    case 'table':
      return `${definition.table.slice(definition.table.lastIndexOf('.') + 1)}.${definition.column}`;
    case 'instance':
      return shortName(definition.of, prover, depth + 1);
    case 'merged':
      return shortName(definition.of[0] ?? -1, prover, depth + 1);
    case 'computed':
      if (definition.value.ex === 'window') return `${definition.value.call.name}()`;
      return definition.value.ex === 'call' ? `${definition.value.name}(…)` : 'an expression';
    case 'element':
      return 'an element';
    default:
      return 'a row';
  }
}

function deriveNode(node: BoundNode, prover: Prover, summaries: Map<BoundCte, Summary>): Properties {
  switch (node.op) {
    case 'scan':
      return deriveScan(node, prover);
    case 'instance':
      return deriveInstance(node, summaries, prover);
    case 'values':
      return deriveValues(node);
    case 'compute':
      return deriveCompute(node, prover);
    case 'filter':
      return deriveFilter(node, prover);
    case 'join':
      return deriveJoin(node, prover);
    case 'group':
      return deriveGroup(node, prover);
    case 'distinct':
      return deriveDistinct(node, prover);
    case 'set':
      return deriveSet(node, prover);
    case 'unnest':
      return deriveUnnest(node);
    case 'function':
      return deriveFunction(node);
    case 'pivot':
      return derivePivot(node, prover);
    case 'unpivot':
      return deriveUnpivot(node, prover);
    case 'limit': {
      const known = prover.derive(node.input);
      known.whole = new Set();
      if (node.count !== undefined && node.count <= 1)
        known.dependencies.push({ from: [], to: [...known.row], why: reason('LIMIT 1', node.line) });
      return known;
    }
    case 'opaque': {
      const known = properties([node.row]);
      known.unkeyed.add(node.row);
      return known;
    }
  }
}
