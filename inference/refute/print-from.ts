/** What stands after FROM: tables, subqueries, unnested arrays and their joins. */
import type { NameRef } from '../../schema/contracts/names.ts';
import type { Alias, Join, Relation, Unnest } from '../../schema/contracts/relation.ts';
import { isSeries } from '../derive/rows.ts';
import type { ExpressionPrinter, PrintQuery } from './print-expression.ts';
import { quote, Scope } from './scope.ts';
import { Unsupported } from './unsupported.ts';

interface Parts {
  readonly query: PrintQuery;
  readonly expressions: ExpressionPrinter;
  readonly tableName: (table: NameRef) => string;
}

export class FromPrinter {
  readonly #query: PrintQuery;
  readonly #expressions: ExpressionPrinter;
  readonly #tableName: (table: NameRef) => string;
  readonly #aliases = new Map<string, Set<string>>();
  #made = 0;

  constructor({ query, expressions, tableName }: Parts) {
    this.#query = query;
    this.#expressions = expressions;
    this.#tableName = tableName;
  }

  /** Alias in lower case → the table's name in SQLite, of all that was printed; an alias that stands for several is left out. */
  aliases(): Map<string, string> {
    const single = [...this.#aliases].filter(([, tables]) => tables.size === 1);
    return new Map(single.map(([alias, tables]) => [alias, [...tables][0] as string]));
  }

  /** What stands after FROM; adds its names to the scope, and conditions that must go into WHERE. */
  print(relation: Relation, scope: Scope, conditions: string[]): string {
    switch (relation.op) {
      case 'scan': {
        const name = relation.table.parts.at(-1) ?? '';
        return this.#table(relation, name, scope);
      }
      case 'cte':
        scope.addTable(relation.name);
        return quote(relation.name);
      case 'alias':
        return this.#aliased(relation, scope);
      case 'unnest':
        return this.#elements(relation, `__element${++this.#made}`, scope);
      case 'join':
        return this.#join(relation, scope, conditions);
      default:
        return `(${this.#query(relation, scope)})`;
    }
  }

  #table({ table }: { readonly table: NameRef }, alias: string, scope: Scope): string {
    const stored = this.#tableName(table);
    scope.addTable(alias);
    const known = this.#aliases.get(alias.toLowerCase()) ?? new Set<string>();
    this.#aliases.set(alias.toLowerCase(), known.add(stored));
    return `${quote(stored)} as ${quote(alias)}`;
  }

  #aliased(relation: Alias, scope: Scope): string {
    const { input, name, columns = [] } = relation;
    if (input.op === 'unnest') {
      const named = columns.length > 0 ? { ...input, columns } : input;
      return this.#elements(named, name, scope);
    }
    if (input.op === 'scan' && columns.length === 0) return this.#table(input, name, scope);
    if (input.op === 'cte' && columns.length === 0) {
      scope.addTable(name);
      return `${quote(input.name)} as ${quote(name)}`;
    }
    const query = this.#query(relation, scope);
    scope.addTable(name);
    return `(${query}) as ${quote(name)}`;
  }

  /** SQLite reads a JSON list by a function that may use the columns to its left. */
  #elements(unnest: Unnest, alias: string, scope: Scope): string {
    if (unnest.outer) throw new Unsupported('an outer unnest');
    const [first, ...more] = unnest.columns;
    if (more.length > 0) throw new Unsupported('an unnest of several columns');
    const { value } = unnest;
    const read = value.ex === 'call' && isSeries(value.name) ? 'f_series' : 'f_elements';
    const list = `json_each(${read}(${this.#expressions.print(value, scope)})) as ${quote(alias)}`;
    const element = `${quote(alias)}."value"`;
    const columns = new Map([['', element]]);
    if (first !== undefined) columns.set(first.toLowerCase(), element);
    if (unnest.ordinality) columns.set(unnest.ordinality.toLowerCase(), `${quote(alias)}."key"`);
    scope.addElements(alias, columns);
    return list;
  }

  #join(join: Join, scope: Scope, conditions: string[]): string {
    const { kind, left, right, using } = join;
    if (kind === 'asof') throw new Unsupported('an asof join');
    const before = this.print(left, scope, conditions);
    if (kind === 'semi' || kind === 'anti') {
      const inner = new Scope(scope);
      const within: string[] = [];
      const from = this.print(right, inner, within);
      if (using) throw new Unsupported('a semi-join by column names');
      if (join.on) within.push(this.#expressions.print(join.on, inner));
      const where = within.length > 0 ? ` where ${within.join(' and ')}` : '';
      conditions.push(`${kind === 'anti' ? 'not ' : ''}exists (select 1 from ${from}${where})`);
      return before;
    }
    if (join.lateral && right.op !== 'unnest' && !(right.op === 'alias' && right.input.op === 'unnest'))
      throw new Unsupported('a lateral subquery');
    const inner: string[] = [];
    const after = this.print(right, scope, inner);
    if (inner.length > 0) throw new Unsupported('a semi-join on the right of a join');
    const side = right.op === 'join' ? `(${after})` : after;
    const natural = using === 'natural' ? 'natural ' : '';
    const on =
      join.on !== undefined
        ? ` on ${this.#expressions.print(join.on, scope)}`
        : using && using !== 'natural'
          ? ` using (${using.map(quote).join(', ')})`
          : '';
    return `${before} ${natural}${kind === 'cross' ? 'cross' : kind} join ${side}${on}`;
  }
}
