/** Random queries and databases, small enough that every coincidence happens: ties, NULLs, duplicates, empty tables. */
export interface RandomTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Unique, NULLs aside; `notNull` says whether they can be. */
  readonly key: readonly string[];
  readonly notNull: readonly string[];
}

export const tables: readonly RandomTable[] = [
  { name: 't0', columns: ['a', 'b', 'c'], key: ['a'], notNull: ['a'] },
  { name: 't1', columns: ['a', 'b', 'c'], key: ['a'], notNull: [] },
  { name: 't2', columns: ['a', 'b', 'c'], key: ['a', 'b'], notNull: ['a', 'b'] },
  { name: 't3', columns: ['a', 'b', 'c'], key: [], notNull: ['c'] },
];

interface Query {
  readonly sql: string;
  readonly columns: readonly string[];
}

export class QueryMaker {
  readonly #random: () => number;
  #names = 0;

  constructor(random: () => number) {
    this.#random = random;
  }

  query(): Query {
    const made = this.#select(3);
    if (!this.#chance(0.4)) return made;
    const name = this.#name('w');
    const inner = this.#select(2);
    const body = this.#over({ sql: name, columns: inner.columns, alias: name }, 2, [
      { sql: name, columns: inner.columns, alias: name },
    ]);
    return { sql: `with ${name} as (${inner.sql}) ${body.sql}`, columns: body.columns };
  }

  #chance(of: number): boolean {
    return this.#random() < of;
  }

  #pick<T>(of: readonly T[]): T {
    return of[Math.floor(this.#random() * of.length)] as T;
  }

  #name(prefix: string): string {
    return `${prefix}${this.#names++}`;
  }

  #select(depth: number): Query {
    if (depth > 1 && this.#chance(0.2)) return this.#union(depth);
    return this.#over(this.#source(depth), depth, []);
  }

  #union(depth: number): Query {
    const kind = this.#pick(['union all', 'union all', 'union', 'except', 'intersect']);
    const branches = [this.#select(depth - 1), this.#select(depth - 1)];
    const width = Math.min(...branches.map((branch) => branch.columns.length));
    const tagged = this.#chance(0.7);
    const texts = Array.from({ length: width }, (_, at) =>
      branches.some((branch) => isText(branch.columns[at] ?? '')),
    );
    const sql = branches.map((branch, i) => {
      const list = branch.columns
        .slice(0, width)
        .map((column, at) => (texts[at] ? `cast(${column} as varchar) as t${at}` : `${column} as u${at}`));
      if (tagged) list.push(this.#chance(0.8) ? `'${i}' as tag` : `'x' as tag`);
      return `select ${list.join(', ')} from (${branch.sql}) as ${this.#name('s')}`;
    });
    const columns = [...texts.map((text, at) => `${text ? 't' : 'u'}${at}`), ...(tagged ? ['tag'] : [])];
    return { sql: sql.join(` ${kind} `), columns };
  }

  #source(depth: number): Source {
    if (depth <= 1 || this.#chance(0.45)) {
      const table = this.#pick(tables);
      const alias = this.#name('x');
      return { sql: `${table.name} as ${alias}`, columns: table.columns, alias };
    }
    const inner = this.#select(depth - 1);
    const alias = this.#name('s');
    return { sql: `(${inner.sql}) as ${alias}`, columns: inner.columns, alias };
  }

  #over(first: Source, depth: number, more: readonly Source[]): Query {
    let from = first.sql;
    let columns = first.columns.map((column) => `${first.alias}.${column}`);
    for (let joins = 0; joins < 2 && this.#chance(0.45); joins++) {
      const again = more.length > 0 && this.#chance(0.5) ? this.#pick(more) : undefined;
      const alias = this.#name('y');
      const source = again ? { ...again, sql: `${again.sql} as ${alias}`, alias } : this.#source(depth - 1);
      const other = source.columns.map((column) => `${source.alias}.${column}`);
      const kind = this.#pick(['inner', 'inner', 'left', 'left', 'left', 'right', 'full', 'cross']);
      from += ` ${kind} join ${source.sql}`;
      if (kind !== 'cross') from += ` on ${this.#joinCondition(columns, other)}`;
      columns = [...columns, ...other];
    }
    const where = this.#chance(0.45) ? ` where ${this.#conditions(columns)}` : '';
    const shape = this.#random();
    if (shape < 0.2) return this.#grouped(from + where, columns);
    const distinct = shape < 0.35 ? 'distinct ' : '';
    const items = this.#items(columns, distinct === '');
    const sql = `select ${distinct}${items.map(({ value, name }) => `${value} as ${name}`).join(', ')} from ${from}${where}`;
    const names = items.map(({ name }) => name);
    const numbered = items.find(({ value }) => value.includes(' over ('));
    if (numbered && this.#chance(0.7)) {
      const alias = this.#name('s');
      const limit = this.#pick([`= 1`, `= 1`, `< 2`, `<= 2`]);
      return {
        sql: `select ${this.#some(names).join(', ')} from (${sql}) as ${alias} where ${numbered.name} ${limit}`,
        columns: this.#last,
      };
    }
    if (this.#chance(0.05))
      return { sql: `select * from (${sql} limit 1) as ${this.#name('s')}`, columns: names };
    return { sql, columns: names };
  }

  #last: readonly string[] = [];

  #some(names: readonly string[]): readonly string[] {
    const kept = names.filter(() => this.#chance(0.75));
    this.#last = kept.length > 0 ? kept : names.slice(0, 1);
    return this.#last;
  }

  #grouped(from: string, columns: readonly string[]): Query {
    const keys = Array.from({ length: Math.floor(this.#random() * 3) }, () =>
      this.#chance(0.8) ? this.#pick(columns) : this.#expression(columns),
    );
    const unique = [...new Set(keys)].filter((key) => key !== '7' && key !== 'null'); // a number would be an ordinal
    const shown = unique
      .filter(() => this.#chance(0.85))
      .map((value) => ({ value, name: this.#name(isText(value) ? 't' : 'g') }));
    const column = this.#pick(columns);
    const fold = this.#pick([`count(*)`, `max(${column})`, `sum(${column})`]);
    const items = [
      ...shown,
      { value: fold, name: this.#name(fold.startsWith('max') && isText(column) ? 't' : 'm') },
    ];
    const by = unique.length > 0 ? ` group by ${unique.join(', ')}` : '';
    const having = unique.length > 0 && this.#chance(0.2) ? ' having count(*) = 1' : '';
    return {
      sql: `select ${items.map(({ value, name }) => `${value} as ${name}`).join(', ')} from ${from}${by}${having}`,
      columns: items.map(({ name }) => name),
    };
  }

  #items(columns: readonly string[], windows: boolean): { value: string; name: string }[] {
    const items = columns
      .filter(() => this.#chance(0.6))
      .slice(0, 5)
      .map((value) => ({ value, name: this.#name(isText(value) ? 't' : 'c') }));
    if (items.length === 0 || this.#chance(0.4)) {
      const value = this.#expression(columns);
      items.push({ value, name: this.#name(isText(value) ? 't' : 'e') });
    }
    if (windows && this.#chance(0.35)) {
      const numbers = columns.filter((column) => !isText(column));
      const fold = numbers.length > 0 ? [`max(${this.#pick(numbers)})`] : [];
      const call = this.#pick(['row_number()', 'row_number()', 'rank()', 'dense_rank()', ...fold]);
      const by = this.#chance(0.8)
        ? `partition by ${this.#pick(columns)}${this.#chance(0.3) ? `, ${this.#pick(columns)}` : ''} `
        : '';
      const order = `order by ${this.#pick(columns)}${this.#chance(0.4) ? `, ${this.#pick(columns)}` : ''}`;
      items.push({ value: `${call} over (${by}${order})`, name: this.#name('rn') });
    }
    return items;
  }

  #expression(columns: readonly string[]): string {
    const a = this.#pick(columns);
    const b = this.#pick(columns.filter((column) => isText(column) === isText(a)));
    if (isText(a))
      return this.#pick([
        `coalesce(${a}, ${b})`,
        `${a} || '-' || ${b}`,
        `case when ${a} = ${b} then 'same' end`,
      ]);
    return this.#pick([
      `${a} + 1`,
      `cast(${a} as varchar)`,
      `coalesce(${a}, ${b})`,
      `coalesce(${a}, 0)`,
      `cast(${a} as varchar) || '-' || cast(${b} as varchar)`,
      `coalesce(cast(${a} as varchar), '_none_') || '-' || coalesce(cast(${b} as varchar), '_none_')`,
      `case when ${a} = 1 then 'one' else 'other' end`,
      `case when ${a} > 0 then ${b} end`,
      `${a} + ${b}`,
      '7',
      'null',
    ]);
  }

  #joinCondition(left: readonly string[], right: readonly string[]): string {
    const parts = [`${this.#pick(left)} = ${this.#pick(right)}`];
    if (this.#chance(0.35)) parts.push(`${this.#pick(left)} = ${this.#pick(right)}`);
    if (this.#chance(0.25)) parts.push(this.#condition(this.#chance(0.6) ? right : left));
    if (this.#chance(0.08)) return `${this.#pick(left)} <= ${this.#pick(right)}`;
    return parts.join(this.#chance(0.08) ? ' or ' : ' and ');
  }

  #conditions(columns: readonly string[]): string {
    const parts = [this.#condition(columns)];
    if (this.#chance(0.4)) parts.push(this.#condition(columns));
    return parts.join(this.#chance(0.15) ? ' or ' : ' and ');
  }

  #condition(columns: readonly string[]): string {
    const [a, b] = [this.#pick(columns), this.#pick(columns)];
    return this.#pick([
      `${a} = 1`,
      `${a} = ${b}`,
      `${a} is not null`,
      `${a} is null`,
      `${a} in (0, 1)`,
      `not ${a} in (0, 2)`,
      `${a} <> 1`,
      `${a} > ${b}`,
      `${a} in (select b from t2)`,
      `${a} = (select max(a) from t0)`,
      `exists (select 1 from t2 as z where z.a = ${a})`,
    ]);
  }
}

/** Columns and expressions of text have names or forms of their own: SQLite lets types mix within a column, warehouses do not. */
const isText = (value: string): boolean => /^(\w+\.)?t\w*$/.test(value) || /varchar|'/.test(value);

interface Source extends Query {
  readonly alias: string;
}

export type Rows = readonly (readonly (number | null)[])[];

/** Rows that keep to the table's key. */
export function randomRows(table: RandomTable, random: () => number): Rows {
  const rows: (number | null)[][] = [];
  const seen = new Set<string>();
  const count = Math.floor(random() * 7);
  for (let i = 0; i < count; i++) {
    const row = table.columns.map((column) =>
      random() < 0.2 && !table.notNull.includes(column) ? null : Math.floor(random() * 3),
    );
    const key = table.key.map((column) => row[table.columns.indexOf(column)] ?? null);
    const text = key.join();
    if (key.length > 0 && !key.includes(null) && seen.has(text)) continue;
    seen.add(text);
    rows.push(row);
  }
  return rows;
}
