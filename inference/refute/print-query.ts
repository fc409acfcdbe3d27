/** A relation as one SQLite query. Names are resolved by SQLite, and so apart from our own binding of names. */
import type { NameRef } from '../../schema/contracts/names.ts';
import type {
  Aggregate,
  Expression,
  Filter,
  Project,
  ProjectItem,
  Relation,
} from '../../schema/contracts/relation.ts';
import { walkExpression } from '../../schema/contracts/relation-walk.ts';
import { FromPrinter } from './print-from.ts';
import { ExpressionPrinter } from './print-expression.ts';
import { quote, Scope } from './scope.ts';
import { Unsupported } from './unsupported.ts';

export interface PrintedQuery {
  readonly sql: string;
  /** Alias in lower case → the table's name in SQLite; an alias that stands for several is left out. */
  readonly aliases: ReadonlyMap<string, string>;
}

/** What printing must be told of the database that the query is for. */
export interface Target {
  /** The SQLite name of a stored table. */
  readonly tableName: (table: NameRef) => string;
  /** The columns that a query gives; throws where SQLite cannot tell. */
  readonly columnsOf: (sql: string) => readonly string[];
}

/** Throws `Unsupported`. */
export function printQuery(relation: Relation, target: Target): PrintedQuery {
  const printer = new QueryPrinter(target);
  const sql = printer.query(relation, null);
  return { sql, aliases: printer.aliases };
}

/** A condition over the columns of one table; null where it cannot be written. */
export function printCondition(predicate: Expression): string | null {
  const printer = new ExpressionPrinter(() => {
    throw new Unsupported('a subquery');
  });
  try {
    return printer.print(predicate, new Scope(null));
  } catch (error) {
    if (error instanceof Unsupported) return null;
    throw error;
  }
}

class QueryPrinter {
  readonly #target: Target;
  /** The definitions that enclose what is printed now, outermost first. */
  readonly #ctes: string[] = [];
  readonly #expressions = new ExpressionPrinter((relation, scope) => this.query(relation, scope));
  readonly #from: FromPrinter;
  #made = 0;

  constructor(target: Target) {
    this.#target = target;
    const query = (relation: Relation, scope: Scope): string => this.query(relation, scope);
    this.#from = new FromPrinter({ query, expressions: this.#expressions, tableName: target.tableName });
  }

  /** See `PrintedQuery`. */
  get aliases(): ReadonlyMap<string, string> {
    return this.#from.aliases();
  }

  query(relation: Relation, outer: Scope | null): string {
    switch (relation.op) {
      case 'with': {
        if (relation.ctes.some((cte) => cte.recursive)) throw new Unsupported('a recursive query');
        const outside = this.#ctes.length;
        for (const { name, columns, relation: inner } of relation.ctes)
          this.#ctes.push(`${quote(name)}${columnList(columns)} as (${this.query(inner, outer)})`);
        const body = this.query(relation.body, outer);
        return `with ${this.#ctes.splice(outside).join(', ')} select * from (${body})`;
      }
      case 'set': {
        if (relation.byName) throw new Unsupported('a union by name');
        if (relation.all && relation.kind !== 'union') throw new Unsupported(`${relation.kind} all`);
        const inputs = relation.inputs.map((input) => `select * from (${this.query(input, outer)})`);
        return inputs.join(` ${relation.kind}${relation.all ? ' all' : ''} `);
      }
      case 'sort':
        return this.query(relation.input, outer);
      case 'limit':
        return relation.count === undefined
          ? this.query(relation.input, outer)
          : `select * from (${this.query(relation.input, outer)}) limit ${relation.count}`;
      case 'distinct':
        if (relation.on) throw new Unsupported('distinct on');
        return `select distinct * from (${this.query(relation.input, outer)})`;
      case 'alias':
        return relation.columns && relation.columns.length > 0
          ? this.#renamed(relation.columns, this.query(relation.input, outer))
          : this.query(relation.input, outer);
      case 'values': {
        if (relation.rows.length === 0) throw new Unsupported('no literal rows');
        const scope = new Scope(outer);
        const rows = relation.rows.map(
          (row) => `(${row.map((value) => this.#expressions.print(value, scope)).join(', ')})`,
        );
        const values = `values ${rows.join(', ')}`;
        return relation.columns.length > 0 ? this.#renamed(relation.columns, values) : values;
      }
      case 'scan':
      case 'cte':
      case 'join':
      case 'unnest':
      case 'filter':
      case 'project':
      case 'aggregate':
        return this.#block(relation, outer);
      case 'table_function':
      case 'pivot':
      case 'unpivot':
      case 'opaque':
        throw new Unsupported(relation.op.replace('_', ' '));
    }
  }

  #renamed(columns: readonly string[], query: string): string {
    return `with "__renamed"${columnList(columns)} as (${query}) select * from "__renamed"`;
  }

  /** One SELECT: its filters, its list, its groups, what it reads. */
  #block(relation: Relation, outer: Scope | null): string {
    const after: Filter[] = [];
    let node: Relation = relation;
    while (node.op === 'filter' && node.clause !== 'where') {
      after.push(node);
      node = node.input;
    }
    const list: Project | Aggregate | null = node.op === 'project' || node.op === 'aggregate' ? node : null;
    let source: Relation = list ? list.input : node;
    const where: Expression[] = [];
    while (source.op === 'filter' && source.clause === 'where') {
      where.push(source.predicate);
      source = source.input;
    }
    const scope = new Scope(outer);
    const conditions: string[] = [];
    const from = this.#from.print(source, scope, conditions);
    conditions.push(...where.map((predicate) => this.#expressions.print(predicate, scope)));
    const columns = once(() => this.#columns(from, '*'));
    const later = after.map(({ predicate }) => predicate);
    const spelled = after.some(({ clause }) => clause === 'qualify');
    const items: Item[] = [];
    for (const item of list?.items ?? [{ value: { ex: 'star' } } as const]) {
      const own = this.#items(item, scope, from, spelled);
      const [only] = own;
      // A later item may use the name of this one, unless a column has it.
      if (
        item.name !== undefined &&
        only !== undefined &&
        isNamed(item.name, [...valuesAfter(item, list), ...later]) &&
        !columns().includes(item.name.toLowerCase())
      )
        scope.addAlias(item.name, only.text);
      items.push(...own);
    }
    const conditionsOf = (clause: Filter['clause']): string[] =>
      after
        .filter((filter) => filter.clause === clause)
        .map(({ predicate }) => this.#expressions.print(predicate, scope));
    const having = conditionsOf('having');
    const tail = [
      conditions.length > 0 ? `where ${conditions.join(' and ')}` : '',
      list?.op === 'aggregate' ? this.#groups(list, scope) : '',
      having.length > 0 ? `having ${having.join(' and ')}` : '',
    ];
    const select = (all: readonly Item[]): string =>
      `select ${all.map(({ text, name }) => (name === null ? text : `${text} as ${quote(name)}`)).join(', ')} from ${from} ${tail.filter(Boolean).join(' ')}`;
    if (!spelled) return select(items);
    const kept = `__kept${++this.#made}`;
    const named = items.map(({ text, name }, i) => ({ text, name: name ?? `__unnamed${i}` }));
    const inner = select([...named, { text: `(${conditionsOf('qualify').join(' and ')})`, name: kept }]);
    return `select ${named.map(({ name }) => quote(name)).join(', ')} from (${inner}) where ${quote(kept)}`;
  }

  /** The columns of what stands after FROM, in lower case. */
  #columns(from: string, star: string): string[] {
    const outside = this.#ctes.length > 0 ? `with ${this.#ctes.join(', ')} ` : '';
    return this.#target.columnsOf(`${outside}select ${star} from ${from}`).map((name) => name.toLowerCase());
  }

  #groups(aggregate: Aggregate, scope: Scope): string {
    if (aggregate.sets) throw new Unsupported('several grouping sets');
    if (aggregate.keys.length === 0) return '';
    return `group by ${aggregate.keys.map((key) => grouping(this.#expressions.print(key, scope))).join(', ')}`;
  }

  /** The output columns of an item; `spelled`: those of a star one by one. */
  #items({ name, value }: ProjectItem, scope: Scope, from: string, spelled: boolean): Item[] {
    if (value.ex !== 'star') {
      const text = this.#expressions.print(value, scope);
      return [{ text, name: name ?? (value.ex === 'column' ? value.name : null) }];
    }
    if (scope.hasElements) throw new Unsupported('a star over an unnested array');
    if (value.of) throw new Unsupported('the fields of a struct');
    const table = value.qualifier?.at(-1);
    const changed = value.except ?? value.replace ?? value.rename;
    const before = table === undefined ? '' : `${quote(table)}.`;
    if (changed === undefined && !spelled) return [{ text: `${before}*`, name: null }];
    const lower = (names: readonly string[] = []): Set<string> =>
      new Set(names.map((each) => each.toLowerCase()));
    const left = lower(value.except);
    const renamed = new Map(value.rename?.map(({ from, to }) => [from.toLowerCase(), to]));
    const replaced = new Map(value.replace?.map((each) => [each.name.toLowerCase(), each.value]));
    return this.#columns(from, `${before}*`)
      .filter((column) => !left.has(column))
      .map((column) => {
        const instead = replaced.get(column);
        return {
          text: instead ? this.#expressions.print(instead, scope) : before + quote(column),
          name: renamed.get(column) ?? column,
        };
      });
  }
}

/** An output column. `name` null: SQLite names it, or it is a star. */
interface Item {
  readonly text: string;
  readonly name: string | null;
}

const valuesAfter = (item: ProjectItem, list: Project | Aggregate | null): Expression[] =>
  list?.items.slice(list.items.indexOf(item) + 1).map(({ value }) => value) ?? [];

const isNamed = (name: string, values: readonly Expression[]): boolean =>
  values.some((value) =>
    walkExpression(value).some(
      (part) => part.ex === 'column' && !part.qualifier && part.name.toLowerCase() === name.toLowerCase(),
    ),
  );

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => (made ??= { value: make() }).value;
}

/** A number alone would be the place of a column. */
const grouping = (key: string): string => (/^-?[\d.]+$/.test(key) ? `(${key} + 0)` : key);

const columnList = (columns: readonly string[] | undefined): string =>
  columns && columns.length > 0 ? `(${columns.map(quote).join(', ')})` : '';
