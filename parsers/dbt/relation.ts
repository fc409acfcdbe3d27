/** dbt's Relation and Column as template values. */
import { JinjaError } from '../jinja/error.ts';
import { str, truthy } from '../jinja/python.ts';
import { Dict, Fn, PyObject, Undefined, type Kwargs, type Native, type Value } from '../jinja/values.ts';
import { hasDatabase, quoteMark } from './adapter-type.ts';
import type { RelationName } from './types.ts';

type Part = 'database' | 'schema' | 'identifier';
const PARTS: readonly Part[] = ['database', 'schema', 'identifier'];

export type Quoting = Readonly<Record<Part, boolean>>;

interface RelationState {
  readonly name: Readonly<Partial<Record<Part, string>>>;
  readonly adapter: string;
  readonly quoting: Quoting;
  readonly include: Quoting;
  /** `table`, `view`, `cte`, `external`; null where nothing is known. */
  readonly type: string | null;
}

const ALL: Quoting = { database: true, schema: true, identifier: true };

export class Relation extends PyObject {
  readonly typeName = 'relation';
  readonly state: RelationState;

  constructor(state: Omit<RelationState, 'include'> & { include?: Quoting }) {
    super();
    this.state = { include: ALL, ...state };
  }

  get relationName(): RelationName {
    const { database, schema, identifier = '' } = this.state.name;
    return {
      ...(database !== undefined && { database }),
      ...(schema !== undefined && { schema }),
      identifier,
    };
  }

  /** The address as SQL: quoted where the project quotes or the name is no plain identifier. */
  override str(): string {
    const { name, include, adapter, type } = this.state;
    if (type === 'cte') return name.identifier ?? '';
    return PARTS.filter(
      (part) => include[part] && name[part] !== undefined && (part !== 'database' || hasDatabase(adapter)),
    )
      .map((part) => this.quoted(part))
      .join('.');
  }

  private quoted(part: Part): string {
    const { name, quoting, adapter } = this.state;
    const text = name[part] ?? '';
    const plain = /^[\p{L}_][\p{L}\p{N}_$]*$/u.test(text);
    // Table functions, wildcards and expressions that people put into source names are no identifiers to quote.
    if (!plain && (adapter === 'bigquery' ? /[()@]/ : /[()"`@*]/).test(text)) return text;
    return quoting[part] || !plain ? quoteIdentifier(text, adapter) : text;
  }

  private with(change: Partial<RelationState>): Relation {
    return new Relation({ ...this.state, ...change });
  }

  override attr(name: string): Value | undefined {
    const { name: parts, type } = this.state;
    switch (name) {
      case 'database':
      case 'schema':
      case 'identifier':
        return parts[name] ?? null;
      case 'name':
      case 'table':
        return parts.identifier ?? null;
      case 'project':
        return parts.database ?? null;
      case 'dataset':
        return parts.schema ?? null;
      case 'type':
        return type;
      case 'is_table':
        return type === 'table';
      case 'is_view':
        return type === 'view';
      case 'is_cte':
        return type === 'cte';
      case 'is_external_table':
        return type === 'external';
      case 'is_materialized_view':
      case 'is_dynamic_table':
      case 'is_iceberg_format':
      case 'is_hudi':
      case 'is_delta':
      case 'is_iceberg':
        return false;
      case 'can_be_renamed':
      case 'can_be_replaced':
        return true;
      case 'quote_character':
        return quoteMark(this.state.adapter);
      case 'render':
        return new Fn(name, () => this.str());
      case 'include':
        return new Fn(name, (_args, kwargs) => this.with({ include: flags(this.state.include, kwargs) }));
      case 'quote':
        return new Fn(name, (_args, kwargs) => this.with({ quoting: flags(this.state.quoting, kwargs) }));
      case 'quoted':
        return new Fn(name, ([text]) => quoteIdentifier(str(text ?? null), this.state.adapter));
      case 'replace_path':
        return new Fn(name, (_args, kwargs) => this.with({ name: { ...parts, ...given(kwargs) } }));
      case 'incorporate':
        return new Fn(name, (_args, kwargs) => this.incorporate(kwargs));
      case 'without_identifier':
        return new Fn(name, () => this.with({ include: { ...this.state.include, identifier: false } }));
      case 'information_schema': {
        const view: Native = ([text]) =>
          this.with({
            name: { ...parts, schema: 'INFORMATION_SCHEMA', identifier: text ? str(text) : '' },
            quoting: { database: true, schema: false, identifier: false },
          });
        return new Fn(name, view);
      }
      case 'get':
        return new Fn(name, ([key, otherwise]) => this.attr(str(key ?? null)) ?? otherwise ?? null);
      default:
        return undefined;
    }
  }

  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined;
  }

  private incorporate(kwargs: Kwargs): Relation {
    const path = kwargs.get('path');
    const type = kwargs.get('type');
    const entries =
      path instanceof Dict ? path.items().map(([key, value]) => [str(key), value] as const) : [];
    return this.with({
      name: { ...this.state.name, ...given(new Map(entries)) },
      ...(typeof type === 'string' && { type }),
    });
  }

  override compare(other: PyObject): number | undefined {
    if (!(other instanceof Relation)) return undefined;
    const [a, b] = [this.str().toLowerCase(), other.str().toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  }
}

export function quoteIdentifier(text: string, adapter: string): string {
  const mark = quoteMark(adapter);
  return mark + text.replaceAll(mark, mark + mark) + mark;
}

function flags(base: Quoting, kwargs: Kwargs): Quoting {
  const flag = (part: Part): boolean => (kwargs.has(part) ? truthy(kwargs.get(part) ?? null) : base[part]);
  return { database: flag('database'), schema: flag('schema'), identifier: flag('identifier') };
}

function given(kwargs: Kwargs): Partial<Record<Part, string>> {
  const found: Partial<Record<Part, string>> = {};
  for (const part of PARTS) {
    const value = kwargs.get(part);
    if (value !== undefined && value !== null && !(value instanceof Undefined)) found[part] = str(value);
  }
  return found;
}

/** `api.Relation.create(database=…, schema=…, identifier=…, type=…)`. */
export function createRelation(adapter: string, quoting: Quoting): Native {
  return (args, kwargs) => {
    const named = new Map(kwargs);
    PARTS.forEach((part, i) => args[i] !== undefined && named.set(part, args[i]));
    const type = kwargs.get('type');
    return new Relation({
      name: given(named),
      adapter,
      quoting,
      type: typeof type === 'string' ? type : null,
    });
  };
}

export interface ColumnInfo {
  readonly name: string;
  readonly type?: string | undefined;
}

/** dbt's Column. A type that nobody declared reads as `unknown`. */
export class Column extends PyObject {
  readonly typeName = 'column';
  readonly info: ColumnInfo;
  private readonly adapter: string;
  constructor(info: ColumnInfo, adapter: string) {
    super();
    this.info = info;
    this.adapter = adapter;
  }

  override attr(name: string): Value | undefined {
    const type = this.info.type ?? 'unknown';
    const is = (pattern: RegExp): Value => new Fn(name, () => pattern.test(type));
    switch (name) {
      case 'name':
      case 'column':
        return this.info.name;
      case 'quoted':
        return quoteIdentifier(this.info.name, this.adapter);
      case 'dtype':
      case 'data_type':
        return type;
      case 'char_size':
      case 'numeric_precision':
      case 'numeric_scale':
      case 'comment':
        return null;
      case 'mode':
        return 'NULLABLE';
      case 'fields':
        return [];
      case 'is_string':
        return is(/char|text|string/i);
      case 'is_numeric':
        return is(/numeric|decimal|number/i);
      case 'is_number':
        return is(/int|numeric|decimal|number|float|double|real/i);
      case 'is_float':
        return is(/float|double|real/i);
      case 'is_integer':
        return is(/int/i);
      case 'string_size':
        return new Fn(name, () => 256);
      case 'flatten':
        return new Fn(name, () => [this]);
      default:
        return undefined;
    }
  }

  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined;
  }
  override str(): string {
    return `<Column ${this.info.name} (${this.info.type ?? 'unknown'})>`;
  }
  override compare(other: PyObject): number | undefined {
    return other instanceof Column
      ? this.info.name < other.info.name
        ? -1
        : this.info.name > other.info.name
          ? 1
          : 0
      : undefined;
  }
}

/** `api.Column.create(name, type)`. */
export function createColumn(adapter: string): Native {
  return ([name, type]) => {
    if (name === undefined) throw new JinjaError('a column needs a name');
    return new Column({ name: str(name), type: type === undefined ? undefined : str(type) }, adapter);
  };
}

/** The `quoting:` of a project or source over a default. */
export function quotingOf(config: Readonly<Record<string, unknown>>, fallback: boolean | Quoting): Quoting {
  const flag = (part: Part): boolean => {
    const given = config[part];
    return typeof given === 'boolean' ? given : typeof fallback === 'boolean' ? fallback : fallback[part];
  };
  return { database: flag('database'), schema: flag('schema'), identifier: flag('identifier') };
}
