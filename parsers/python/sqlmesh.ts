/** SQLMesh's models in Python: a function under `@model("db.orders", kind=…, cron=…)` returns the rows, or the SQL, of a table. */
import type { Build } from '../../schema/contracts/facts.ts';
import type { NameRef } from '../../schema/contracts/names.ts';
import { readsOf } from '../../schema/contracts/relation-walk.ts';
import type { EmbeddedSql } from '../embedded-sql.ts';
import { readable } from '../runtime-text.ts';
import { declarationsOf } from '../sqlmesh/declarations.ts';
import type { Property } from '../sqlmesh/header.ts';
import { keptAs } from '../sqlmesh/kind.ts';
import { nameKey, uniqueNames } from '../table-name.ts';
import { keywordsOf } from './airflow/dag.ts';
import { runFunction } from './calls.ts';
import { frame } from './frames/frame.ts';
import { argument, lineOf, linesOf, type Library, type Run } from './run.ts';
import { addBuild, codeTable, isSql, noteRead, queryRows, readSqlText } from './sql.ts';
import { field, textOf, textsOf, type FunctionValue, type Value } from './values.ts';

/** The decorator that makes a function a model. */
export const isModelDecorator = (path: string): boolean => /^sqlmesh\b.*\.model$/.test(path);

/** What a model's function is given first. */
const context: Value = { is: 'object', type: 'sqlmesh.ExecutionContext', fields: new Map() };
context.fields.set('engine_adapter', context);

/**
 * `context.resolve_table("db.orders")`: what the table is called when the model runs, here the model's name. `context.fetchdf(sql)`: rows. SQL may be given as
 * sqlglot's tree of a text.
 */
export const sqlmeshContext: Library = (call, run) => {
  const [first] = call.args;
  const isAsked = call.receiver === context;
  if (isAsked && call.method === 'resolve_table') {
    const name = argument(call, 0, 'model_name');
    const table = codeTable(textOf(name), lineOf(run, call.node));
    if (table === null) return undefined;
    noteRead([table], undefined, call.node, run);
    return name;
  }
  if (first?.is !== 'text' || !isSql(first.text)) return undefined;
  if (/^sqlglot\b.*\.parse_one$/.test(call.path)) return first;
  if (!isAsked || !/^fetch(df|_pyspark_df)$/.test(call.method)) return undefined;
  const relation = queryRows(first, call, run, run.dialect);
  return relation && frame(relation, call.method === 'fetchdf' ? 'pandas' : 'spark');
};

/** Models without a name that the code tells (blueprints have `@{…}` in it), and those that are switched off, build nothing. */
export function runModel(value: FunctionValue, run: Run): void {
  const decorator = value.decorators.find(({ path }) => isModelDecorator(path));
  if (decorator === undefined) return;
  const given = keywordsOf(decorator.node, value, run);
  const lines = linesOf(run, value.node);
  const name = textOf(given.get('name') ?? given.get('0'));
  const target = name?.includes('@') === true ? null : codeTable(name, lines[0]);
  const enabled = given.get('enabled') ?? yes;
  if (name === undefined || target === null || !isTrue(enabled)) return;
  run.by = readable(name);
  const result = runFunction({ ...value, self: context }, undefined, run);
  const isSqlModel = isTrue(given.get('is_sql'));
  const rows = rowsOf(result, value, run);
  const [properties, settings] = [propertiesOf(given, lines[0]), settingsOf(given.get('kind'))];
  const declared = declarationsOf(target, properties);
  const kind = given.has('kind') ? (kindOf(given.get('kind')) ?? 'UNKNOWN') : isSqlModel ? 'VIEW' : 'FULL';
  const kept = keptAs(kind, settings);
  if (kept === null) return;
  const columnsOf = (what: 'partition' | 'clustering'): readonly string[] =>
    declared.flatMap((one) => (one.declares === what ? one.columns : []));
  const [partitionBy, clusterBy] = [columnsOf('partition'), columnsOf('clustering')];
  const build: Build = {
    target,
    lines,
    ...kept,
    ...(partitionBy.length > 0 && { partitionBy }),
    ...(clusterBy.length > 0 && { clusterBy }),
    reads: sourcesOf(given.get('depends_on'), rows?.reads ?? [], target, lines[0], run),
    ...(rows?.relation !== undefined && { relation: rows.relation }),
    by: run.by,
  };
  addBuild(build, run);
  run.out.declarations.push(...declared);
}

const yes: Value = { is: 'boolean', value: true };
const isTrue = (value: Value | undefined): boolean => value?.is === 'boolean' && value.value;

/** The rows of the frame, or of the SQL, that a model's function returns. */
function rowsOf(result: Value, { node }: FunctionValue, run: Run): EmbeddedSql['query'] {
  if (result.is === 'frame') return { relation: result.relation, reads: readsOf(result.relation) };
  return result.is === 'text' && isSql(result.text)
    ? readSqlText(result, node, run, run.dialect).query
    : undefined;
}

/** What the decorator says, else what the model asked for while it ran; never itself. What it asked for is nobody else's. */
function sourcesOf(
  told: Value | undefined,
  returned: readonly NameRef[],
  target: NameRef,
  line: number,
  run: Run,
): NameRef[] {
  const [asked, others] = [run.pendingReads.filter(({ by }) => by === run.by), run.pendingReads.filter(({ by }) => by !== run.by)]; // prettier-ignore
  run.pendingReads.splice(0, run.pendingReads.length, ...others);
  const named = textsOf(told).flatMap((text) => codeTable(text, line) ?? []);
  const own = nameKey(target);
  const all = told === undefined ? [...returned, ...asked.flatMap(({ reads }) => reads)] : named;
  return uniqueNames(all).filter((name) => nameKey(name) !== own);
}

const kindOf = (value: Value | undefined): string | undefined =>
  value?.is === 'object' ? kindOfClass(value.type) : wordOf(field(value, 'name') ?? value);

/** `IncrementalByTimeRangeKind` → `INCREMENTAL_BY_TIME_RANGE`. */
const kindOfClass = (type: string): string =>
  type
    .replace(/^.*\.|Kind$/g, '')
    .replace(/(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)/g, '_')
    .toUpperCase();

/** A text, or the last part of a constant's name: `ModelKindName.FULL`. */
function wordOf(value: Value | undefined): string | undefined {
  if (value?.is === 'name') return value.path.replace(/^.*\./, '');
  return textOf(value);
}

function settingsOf(kind: Value | undefined): ReadonlyMap<string, string> {
  const fields =
    kind?.is === 'dict' ? kind.entries : kind?.is === 'object' ? kind.fields : new Map<string, Value>();
  return written(fields, (value) => headText(field(value, 'column') ?? field(value, '0') ?? value));
}

/** The decorator's arguments as the head of a SQL model would have them. */
function propertiesOf(given: ReadonlyMap<string, Value>, line: number): Map<string, Property> {
  const texts = written(given, (value) => headText(value));
  const columns = given.get('columns');
  const descriptions = given.get('column_descriptions');
  const audits = given.get('audits');
  // The columns are all that the table has: of some that are known nothing is told.
  if (columns?.is === 'dict' && !columns.open && [...columns.entries.values()].every((type) => type.is === 'text'))
    texts.set('columns', pairs(columns, (name, type) => `${name} ${type}`)); // prettier-ignore
  if (descriptions) texts.set('column_descriptions', pairs(descriptions, (name, text) => `${name} = '${text.replaceAll("'", "''")}'`)); // prettier-ignore
  if (audits?.is === 'list') texts.set('audits', `(${audits.items.flatMap((one) => auditText(one) ?? []).join(', ')})`); // prettier-ignore
  return new Map([...texts].map(([name, text]) => [name, { text, line }]));
}

function written(
  values: ReadonlyMap<string, Value>,
  textFor: (value: Value) => string | undefined,
): Map<string, string> {
  const texts = new Map<string, string>();
  for (const [name, value] of values) {
    const text = textFor(value);
    if (text !== undefined) texts.set(name, text);
  }
  return texts;
}

const pairs = (value: Value, pair: (name: string, text: string) => string): string =>
  value.is === 'dict' ? `(${[...value.entries].flatMap(([name, one]) => (one.is === 'text' ? [pair(name, readable(one.text))] : [])).join(', ')})` : ''; // prettier-ignore

/** `("not_null", {"columns": ["id"]})` → `not_null(columns := ('id'))`. */
function auditText(value: Value): string | undefined {
  const [name, args] = value.is === 'list' ? value.items : [value];
  const word = textOf(name);
  if (word === undefined || args?.is !== 'dict') return word;
  const texts = [...args.entries].map(([key, one]) => [key, headText(one)] as const);
  if (texts.some(([key, text]) => text === undefined && /^(columns?|is_in)$/.test(key))) return undefined;
  // An argument that only the run knows may be a condition, and is one by being there.
  const all = args.open ? [...texts, ['condition', undefined] as const] : texts;
  return `${word}(${all.map(([key, text]) => `${key} := ${text ?? '@unknown'}`).join(', ')})`;
}

/** Undefined for what only the run knows. */
function headText(value: Value): string | undefined {
  switch (value.is) {
    case 'text':
      return `'${readable(value.text).replaceAll("'", "''")}'`;
    case 'number':
      return value.text;
    case 'boolean':
      return String(value.value);
    case 'list': {
      const items = value.items.map(headText);
      return value.open || items.includes(undefined) ? undefined : `(${items.join(', ')})`;
    }
    default:
      return undefined;
  }
}
