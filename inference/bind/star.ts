/** `*` and its modifiers: known columns are listed, others stay a star that can be asked for a name. */
import type { CaseExpression, Expression, StarExpression } from '../../schema/contracts/relation.ts';
import type { ColumnId } from './bound.ts';
import { bindExpression } from './expression.ts';
import type { Site } from './expression.ts';
import { isOpen } from './schema.ts';
import type { NamedColumn, OpenStar, SchemaItem } from './schema.ts';
import { lookUp, rowNamed, sourceNamed } from './scope.ts';
import type { Scope, Source } from './scope.ts';
import { fieldNames, sameNames } from './struct.ts';

export function expandStar(star: StarExpression, site: Site): SchemaItem[] {
  return modified(starItems(star, site), star, site);
}

function starItems(star: StarExpression, site: Site): SchemaItem[] {
  if (star.of) return fieldsOf(star.of, site);
  if (!star.qualifier || star.qualifier.length === 0) return allOf(site.scope);
  const source = findSource(site.scope, star.qualifier);
  if (source) return fieldsOfElement(source.schema.items, star.qualifier);
  const name = star.qualifier[star.qualifier.length - 1] ?? '';
  return fieldsOf({ ex: 'column', qualifier: star.qualifier.slice(0, -1), name }, site);
}

/** `e.*` of an array's element `e` is its fields, not the element itself. */
function fieldsOfElement(items: readonly SchemaItem[], qualifier: readonly string[]): SchemaItem[] {
  const element = qualifier.length === 1 ? qualifier[0]?.toLowerCase() : undefined;
  const opens = items.some((item) => isOpen(item) && item.element);
  return items
    .filter((item) => !opens || isOpen(item) || item.name.toLowerCase() !== element)
    .flatMap((item) => (isOpen(item) ? listed(item) : [item]));
}

/** Fields that are known by name, as columns. */
function listed(star: OpenStar): SchemaItem[] {
  const columns = star.fields?.map((name) => ({ name, id: star.ask(name) }));
  return columns?.every((column): column is NamedColumn => column.id !== null) ? columns : [star];
}

function findSource(scope: Scope, qualifier: readonly string[]): Source | undefined {
  return (
    sourceNamed(scope, qualifier) ?? (scope.outer ? findSource(scope.outer.scope, qualifier) : undefined)
  );
}

/** `USING` columns come first and once. */
function allOf(scope: Scope): SchemaItem[] {
  const items: SchemaItem[] = [];
  const seen = new Set(scope.using.keys());
  for (const [name, id] of scope.using) items.push({ name, id });
  for (const source of scope.sources)
    for (const item of source.schema.items) {
      if (isOpen(item))
        items.push({ ...item, ask: (name) => (seen.has(name.toLowerCase()) ? null : item.ask(name)) });
      else if (!seen.has(item.name.toLowerCase())) items.push(item);
    }
  return items;
}

/** The fields of a struct: listed where the code shows it being made, else not known. */
function fieldsOf(of: NonNullable<StarExpression['of']>, site: Site): SchemaItem[] {
  const rows = rowsIn(of, site.scope);
  if (rows && rows.length > 0) return fieldsOfRows(of, rows, site);
  const column = of.ex === 'column' ? lookUp(site.scope, of.qualifier ?? [], of.name) : null;
  const value = column ?? bindExpression(of, site);
  const field = (name: string): ColumnId =>
    site.binder.column({ ex: 'field', value, field: name }, site.scope, site.made);
  const names = fieldNames(value, site.binder.definitions);
  return names ? names.map((name) => ({ name, id: field(name) })) : [{ of: [], ask: field }];
}

/** The relations whose rows a value chooses from: `IF(new.id IS NULL, old, new)`. Null when it is no such choice. */
function rowsIn(of: Expression, scope: Scope): readonly Source[] | null {
  if (of.ex === 'column' && of.qualifier === undefined) {
    const row = rowNamed(scope, of.name);
    return row ? [row] : null;
  }
  if (of.ex === 'literal' && of.value === null) return [];
  if (of.ex !== 'case') return null;
  const rows = resultsOf(of).map((result) => rowsIn(result, scope));
  return rows.every((each) => each !== null) ? rows.flat() : null;
}

const resultsOf = (choice: CaseExpression): Expression[] => [
  ...choice.branches.map((branch) => branch.then),
  ...(choice.otherwise ? [choice.otherwise] : []),
];

/** A field of a choice between rows is the choice between their columns. All rows have the same fields, so one that shows them is enough. */
function fieldsOfRows(of: Expression, rows: readonly Source[], site: Site): SchemaItem[] {
  const field = (name: string): ColumnId =>
    site.binder.column(bindExpression(of, { ...site, field: name }), site.scope, site.made);
  const lists = rows.filter((row) => !row.schema.open).map((row) => row.schema.columns);
  const names = sameNames(lists.map((columns) => columns.map((column) => column.name)));
  if (names) return names.map((name) => ({ name, id: field(name) }));
  const tables = rows.flatMap((row) => row.schema.items.filter(isOpen).flatMap((item) => item.of));
  return [{ of: [...new Set(tables)], ask: field }];
}

function modified(items: readonly SchemaItem[], star: StarExpression, site: Site): SchemaItem[] {
  const except = new Set((star.except ?? []).map((name) => name.toLowerCase()));
  const renames = new Map((star.rename ?? []).map(({ from, to }) => [from.toLowerCase(), to]));
  const original = new Map((star.rename ?? []).map(({ from, to }) => [to.toLowerCase(), from]));
  const replaced = new Map(
    (star.replace ?? []).map(({ name, value }) => [
      name.toLowerCase(),
      { name, id: site.binder.column(bindExpression(value, site), site.scope, site.made) },
    ]),
  );
  if (except.size === 0 && renames.size === 0 && replaced.size === 0) return [...items];
  const listed = new Set(items.flatMap((item) => (isOpen(item) ? [] : [item.name.toLowerCase()])));
  // a column that is replaced is one of the star's, whether or not its columns are known
  const behind = items.some(isOpen) ? [...replaced].filter(([key]) => !listed.has(key)) : [];
  const kept = items.flatMap((item): SchemaItem[] => {
    if (!isOpen(item)) {
      const key = item.name.toLowerCase();
      if (except.has(key)) return [];
      const replacement = replaced.get(key);
      return [
        replacement
          ? { name: item.name, id: replacement.id }
          : { name: renames.get(key) ?? item.name, id: item.id },
      ];
    }
    const ask = (name: string): number | null => {
      const key = name.toLowerCase();
      if (replaced.has(key) || except.has(key) || renames.has(key)) return null;
      return item.ask(original.get(key) ?? name);
    };
    return [{ ...item, ask }];
  });
  return [...kept, ...behind.map(([, column]) => column)];
}
