/** The fields of structs, where the code shows them being made. */
import type { BoundExpression, Definition } from './bound.ts';

/** Functions whose result is one of the values of their first argument, or an array of them. */
export const givesElements: ReadonlySet<string> = new Set(
  'array_agg any_value max_by min_by arg_max arg_min first last first_value last_value array_concat_agg array_reverse nullif'.split(
    ' ',
  ),
);

/** The names of a struct's fields, or of those of an array's structs, in order; null when they are not known. */
export function fieldNames(
  value: BoundExpression,
  definitions: readonly Definition[],
  depth = 0,
): readonly string[] | null {
  const inside = (part: BoundExpression | undefined): readonly string[] | null =>
    part === undefined || depth > 40 ? null : fieldNames(part, definitions, depth + 1);
  switch (value.ex) {
    case 'opaque':
      return value.names ?? null;
    case 'struct': {
      const names = value.fields.map(fieldName);
      return names.every((name) => name !== '') ? names : null;
    }
    case 'case': {
      const results = [...value.branches.map((branch) => branch.then), value.otherwise];
      return sameNames(
        results.flatMap((result) => [inside(result) ?? []].filter((names) => names.length > 0)),
      );
    }
    case 'array':
      return inside(value.items[0]);
    case 'call':
      return givesElements.has(value.name) ? inside(value.args[0]) : null;
    case 'window':
      return inside(value.call);
    case 'field':
      return value.field === undefined ? inside(value.value) : null;
    case 'subquery': {
      const [only, ...others] = value.query.schema.items;
      return only &&
        'id' in only &&
        others.length === 0 &&
        (value.kind === 'scalar' || value.kind === 'array')
        ? inside({ ex: 'ref', id: only.id })
        : null;
    }
    case 'ref': {
      const definition = definitions[value.id];
      if (definition?.kind === 'instance') return inside({ ex: 'ref', id: definition.of });
      if (definition?.kind === 'computed') return inside(definition.value);
      return definition?.kind === 'element' && definition.of.length === 1 ? inside(definition.of[0]) : null;
    }
    default:
      return null;
  }
}

/** The names that all lists share: structs that one value is chosen from have the same fields. Null when there are none, or they differ. */
export function sameNames(lists: readonly (readonly string[])[]): readonly string[] | null {
  const [first, ...others] = lists;
  const text = (names: readonly string[] | undefined) => names?.join('\n').toLowerCase();
  return first && others.every((names) => text(names) === text(first)) ? first : null;
}

/** '' when the struct's field has no name. */
export function fieldName(field: { readonly name?: string; readonly value: BoundExpression }): string {
  return field.name ?? (field.value.ex === 'field' ? (field.value.field ?? '') : '');
}
