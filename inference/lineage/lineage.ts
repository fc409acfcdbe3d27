/** Column lineage: from which stored columns each column's value comes, and how. */
import type { LineageKind } from '../../schema/contracts/claims.ts';
import type { TableId } from '../../schema/contracts/names.ts';
import type { BoundExpression, ColumnId, Definition } from '../bind/bound.ts';
import { fieldName, givesElements } from '../bind/struct.ts';
import { along, either } from './kinds.ts';

export interface Origin {
  readonly table: TableId;
  readonly column: string;
  readonly kind: LineageKind;
}

/** A column has at most this many origins; more (a hash over whole rows) are left out. */
const most = 400;

type Origins = ReadonlyMap<string, Origin>;
const none: Origins = new Map();

/** Answers for the columns of one binding; each column is worked out once. */
export class Lineage {
  readonly #definitions: readonly Definition[];
  readonly #known = new Map<ColumnId, Origins>();

  constructor(definitions: readonly Definition[]) {
    this.#definitions = definitions;
  }

  /** In the order in which the code names them. */
  of(id: ColumnId): readonly Origin[] {
    return [...this.#origins(id).values()];
  }

  /** The stored columns whose values the column carries unchanged, or only cast. */
  carried(id: ColumnId): readonly Origin[] {
    return this.of(id).filter((origin) => origin.kind === 'copy' || origin.kind === 'cast');
  }

  #origins(id: ColumnId): Origins {
    const known = this.#known.get(id);
    if (known) return known;
    this.#known.set(id, none); // a recursive CTE's own columns add nothing
    const found = this.#define(this.#definitions[id]);
    this.#known.set(id, found);
    return found;
  }

  #define(definition: Definition | undefined): Origins {
    switch (definition?.kind) {
      case 'table': {
        const { table, column } = definition;
        return new Map([[`${table}\n${column.toLowerCase()}`, { table, column, kind: 'copy' }]]);
      }
      case 'computed': {
        const into = new Map<string, Origin>();
        this.#walk(definition.value, 'copy', into);
        return into;
      }
      case 'instance':
        return this.#origins(definition.of);
      case 'merged': {
        const into = new Map<string, Origin>();
        for (const id of definition.of) this.#add(id, 'copy', into);
        return into;
      }
      case 'element': {
        const into = new Map<string, Origin>();
        for (const value of definition.of) this.#walk(value, 'expression', into);
        return into;
      }
      default:
        return none;
    }
  }

  #add(id: ColumnId, kind: LineageKind, into: Map<string, Origin>): void {
    for (const [key, origin] of this.#origins(id)) {
      const path = along(kind, origin.kind);
      const before = into.get(key);
      if (before) into.set(key, { ...before, kind: either(before.kind, path) });
      else if (into.size < most) into.set(key, { ...origin, kind: path });
    }
  }

  #walk(value: BoundExpression, kind: LineageKind, into: Map<string, Origin>): void {
    const walk = (part: BoundExpression, step: LineageKind): void =>
      this.#walk(part, along(kind, step), into);
    switch (value.ex) {
      case 'ref':
        this.#add(value.id, kind, into);
        return;
      case 'cast':
        walk(value.value, 'cast');
        return;
      case 'case':
        for (const branch of value.branches) {
          walk(branch.then, 'expression');
          walk(branch.when, 'condition');
        }
        if (value.otherwise) walk(value.otherwise, 'expression');
        return;
      case 'call':
        this.#call(value, kind, into);
        return;
      case 'window': {
        for (const arg of value.call.args) walk(arg, 'window');
        const carries = value.call.args.some((arg) => arg.ex !== 'literal');
        for (const id of value.partitionBy) walk({ ex: 'ref', id }, carries ? 'condition' : 'window');
        for (const key of value.orderBy) walk(key.value, carries ? 'condition' : 'window');
        return;
      }
      case 'subquery':
        if (value.value) walk(value.value, 'expression');
        for (const column of value.query.schema.columns)
          walk(
            { ex: 'ref', id: column.id },
            value.kind === 'scalar' || value.kind === 'array' ? 'expression' : 'condition',
          );
        return;
      case 'binary':
        walk(value.left, 'expression');
        walk(value.right, 'expression');
        return;
      case 'unary':
        walk(value.value, 'expression');
        return;
      case 'in':
        for (const part of [value.value, ...value.list]) walk(part, 'expression');
        return;
      case 'between':
        for (const part of [value.value, value.low, value.high]) walk(part, 'expression');
        return;
      case 'field': {
        const picked = value.field === undefined ? null : this.#pick(value.value, value.field, 'copy');
        for (const part of picked ?? [{ value: value.value, step: 'expression' } as const])
          walk(part.value, part.step);
        if (value.index) walk(value.index, 'condition');
        return;
      }
      case 'struct':
        for (const field of value.fields) walk(field.value, 'expression');
        return;
      case 'array':
      case 'opaque':
        for (const part of value.ex === 'array' ? value.items : value.parts) walk(part, 'expression');
        return;
      case 'literal':
      case 'parameter':
    }
  }

  /** The value of one field, where the code shows the struct being made: `ARRAY_AGG(STRUCT(a, b))[0].a` carries `a` alone. */
  #pick(value: BoundExpression, field: string, step: LineageKind, depth = 0): readonly Picked[] | null {
    const inside = (part: BoundExpression | undefined, kind: LineageKind): readonly Picked[] | null =>
      part && depth < 40 ? this.#pick(part, field, along(step, kind), depth + 1) : null;
    switch (value.ex) {
      case 'struct':
        return pickOf(
          value.fields.map((each) => each.value),
          value.fields.map(fieldName),
          field,
          step,
        );
      case 'opaque':
        return value.names ? pickOf(value.parts, value.names, field, step) : null;
      case 'field': {
        if (value.field === undefined) return inside(value.value, 'copy');
        const [outer, ...others] = this.#pick(value.value, value.field, step, depth + 1) ?? [];
        return outer && others.length === 0 ? this.#pick(outer.value, field, outer.step, depth + 1) : null;
      }
      case 'call':
        return givesElements.has(value.name)
          ? inside(value.args[0], value.aggregate ? 'aggregate' : 'copy')
          : null;
      case 'subquery': {
        const [only, ...others] = value.query.schema.columns;
        return only && others.length === 0 && (value.kind === 'scalar' || value.kind === 'array')
          ? inside({ ex: 'ref', id: only.id }, 'expression')
          : null;
      }
      case 'case': {
        const results = [
          ...value.branches.map((branch) => branch.then),
          ...(value.otherwise ? [value.otherwise] : []),
        ];
        const found = results.map((result) => inside(result, 'expression'));
        if (!found.every((each) => each !== null)) return null;
        const conditions = value.branches.map((branch) => ({
          value: branch.when,
          step: along(step, 'condition'),
        }));
        return [...found.flat(), ...conditions];
      }
      case 'ref': {
        const definition = this.#definitions[value.id];
        if (definition?.kind === 'instance') return inside({ ex: 'ref', id: definition.of }, 'copy');
        if (definition?.kind === 'computed') return inside(definition.value, 'copy');
        return definition?.kind === 'element' && definition.of.length === 1
          ? inside(definition.of[0], 'expression')
          : null;
      }
      default:
        return null;
    }
  }

  #call(call: Extract<BoundExpression, { ex: 'call' }>, kind: LineageKind, into: Map<string, Origin>): void {
    const walk = (part: BoundExpression, step: LineageKind): void =>
      this.#walk(part, along(kind, step), into);
    const step = call.aggregate ? 'aggregate' : 'expression';
    for (const [i, arg] of call.args.entries())
      walk(
        arg,
        conditional.has(call.name) && i === 0
          ? 'condition'
          : call.name === 'nullif' && i === 1
            ? 'condition'
            : step,
      );
    if (call.filter) walk(call.filter, 'condition');
    for (const key of call.orderBy ?? []) walk(key.value, 'condition');
  }
}

/** Calls whose first argument only chooses between the others. */
const conditional = new Set(['if', 'iff', 'iif', 'decode', 'nvl2']);

interface Picked {
  readonly value: BoundExpression;
  readonly step: LineageKind;
}

function pickOf(
  values: readonly BoundExpression[],
  names: readonly string[],
  field: string,
  step: LineageKind,
): readonly Picked[] | null {
  const value = values[names.findIndex((name) => name.toLowerCase() === field.toLowerCase())];
  return value ? [{ value, step }] : null;
}
