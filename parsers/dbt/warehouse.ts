/** What a template gets where it asks the warehouse: an empty answer, and a note that it asked. */
import type { Runtime } from '../jinja/runtime.ts';
import { Fn, PyObject, Struct, Undefined, type Value } from '../jinja/values.ts';

/** A query result without rows whose columns nobody knows. */
export class EmptyTable extends PyObject {
  readonly typeName = 'table';
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'columns':
        return new EmptyColumns();
      case 'rows':
      case 'column_names':
      case 'column_types':
        return [];
      case 'print_table':
      case 'print_csv':
      case 'print_json':
        return new Fn(name, () => '');
      case 'select':
      case 'exclude':
      case 'where':
      case 'limit':
      case 'order_by':
      case 'rename':
      case 'distinct':
        return new Fn(name, () => this);
      case 'group_by':
      case 'find':
        return new Fn(name, () => new EmptyTable());
      default:
        return undefined;
    }
  }
  override item(): Value {
    return [];
  }
  override iterate(): Value[] {
    return [];
  }
  override length(): number {
    return 0;
  }
  /** A result object is true even when it has no rows; templates test `if results`. */
  override get truthy(): boolean {
    return true;
  }
}

class EmptyColumns extends PyObject {
  readonly typeName = 'columns';
  override attr(name: string): Value | undefined {
    if (name === 'keys' || name === 'values' || name === 'items') return new Fn(name, () => []);
    return name === 'get' ? new Fn(name, () => emptyColumn()) : undefined;
  }
  override item(): Value {
    return emptyColumn();
  }
  override iterate(): Value[] {
    return [];
  }
  override length(): number {
    return 0;
  }
}

function emptyColumn(): Value {
  const none = new Fn('values', () => []);
  return new EmptyColumn({
    values: none,
    values_distinct: none,
    values_without_nulls: none,
    values_sorted: none,
    name: '',
    rows: [],
  });
}

class EmptyColumn extends Struct {
  constructor(attrs: Record<string, Value>) {
    super('column', attrs);
  }
  override item(): Value {
    return new Undefined('row', 'unknown');
  }
  override iterate(): Value[] {
    return [];
  }
  override length(): number {
    return 0;
  }
}

/** Says once a line that the text depends on rows that only the warehouse has. */
export function noteQuery(rt: Runtime, what: string): void {
  rt.report(
    'info',
    'dbt.needs_warehouse',
    `${what} asks the warehouse; the text was rendered as if it answered with no rows`,
  );
}
