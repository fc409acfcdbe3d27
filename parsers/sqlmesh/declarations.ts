import type { Declaration, DeclaredColumn, Lines } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { columnsOf, listOf, plain, type Property } from './header.ts';

type Properties = ReadonlyMap<string, Property>;

/** What a model's head says of its table: description, owner, schedule, tags, grain, columns, layout, audits. */
export function declarationsOf(table: NameRef, properties: Properties): Declaration[] {
  const found: Declaration[] = [];
  const each = (
    name: string,
    declare: (text: string, at: { table: NameRef; lines: Lines }) => readonly Declaration[],
  ) => {
    const property = properties.get(name);
    if (property !== undefined && property.text !== '')
      found.push(...declare(property.text, { table, lines: [property.line, property.line] }));
  };
  each('description', (text, at) => [{ ...at, declares: 'description', text: plain(text) }]);
  each('owner', (text, at) => [{ ...at, declares: 'owner', owner: plain(text), source: 'config' }]);
  each('cron', (text, at) => [{ ...at, declares: 'schedule', schedule: plain(text) }]);
  each('tags', (text, at) => [{ ...at, declares: 'tag', tags: listOf(text).map(plain) }]);
  each('partitioned_by', (text, at) => [{ ...at, declares: 'partition', columns: listOf(text).map(plain) }]);
  each('clustered_by', (text, at) => [{ ...at, declares: 'clustering', columns: listOf(text).map(plain) }]);
  each('grain', (text, at) => grain(columnsOf(text), at));
  each('grains', (text, at) => listOf(text).flatMap((one) => grain(columnsOf(one), at)));
  each('columns', (text, at) => [{ ...at, declares: 'columns', columns: typed(text), complete: true }]);
  each('column_descriptions', (text, at) => [
    { ...at, declares: 'columns', columns: described(text), complete: false },
  ]);
  each('audits', (text, at) => listOf(text).flatMap((audit) => auditDeclarations(audit, at)));
  return found;
}

/** SQLMesh takes a grain on trust: nothing tests it. */
const grain = (columns: readonly string[], at: { table: NameRef; lines: Lines }): Declaration[] =>
  columns.length === 0
    ? []
    : [{ ...at, declares: 'key', columns, test: 'grain', by: 'config', conditional: false }];

const typed = (text: string): DeclaredColumn[] =>
  listOf(text).flatMap((item) => {
    const [, name, type] = /^("[^"]+"|\S+)\s+([^]+)$/.exec(item) ?? [];
    return name === undefined || type === undefined ? [] : [{ name: plain(name), type: type.trim() }];
  });

const described = (text: string): DeclaredColumn[] =>
  listOf(text).flatMap((item) => {
    const [, name, description] = /^("[^"]+"|\w+)\s*=\s*([^]+)$/.exec(item) ?? [];
    return name === undefined || description === undefined
      ? []
      : [{ name: plain(name), description: plain(description.trim()) }];
  });

/** SQLMesh's own audits; others are queries that say nothing by their name. A condition makes one that need not hold everywhere. */
function auditDeclarations(text: string, at: { table: NameRef; lines: Lines }): Declaration[] {
  const [, name = '', given = ''] = /^(\w+)\s*(\([^]*\))?$/.exec(text) ?? [];
  const args = new Map(
    listOf(given).flatMap((item) => {
      const [, key, value] = /^(\w+)\s*(?::=|=>|=)\s*([^]+)$/.exec(item) ?? [];
      return key === undefined || value === undefined ? [] : [[key.toLowerCase(), value.trim()] as const];
    }),
  );
  const columns = columnsOf(args.get('columns') ?? '');
  const blocking = (args.get('blocking') ?? 'true').toLowerCase() === 'true';
  const conditional = args.has('condition') || !blocking || name.endsWith('_non_blocking');
  const key = { ...at, declares: 'key', test: name, by: 'test', conditional } as const;
  switch (name.toLowerCase().replace(/_non_blocking$/, '')) {
    case 'unique_values':
      return columns.map((column) => ({ ...key, columns: [column] }));
    case 'unique_combination_of_columns':
      return columns.length === 0 ? [] : [{ ...key, columns }];
    case 'not_null':
      return columns.length === 0 ? [] : [{ ...at, declares: 'not_null', columns, conditional }];
    case 'accepted_values': {
      const [column] = columnsOf(args.get('column') ?? '');
      const values = listOf(args.get('is_in') ?? '').map(plain);
      return column === undefined || values.length === 0
        ? []
        : [{ ...at, declares: 'accepted_values', column, values, conditional }];
    }
    default:
      return [];
  }
}
