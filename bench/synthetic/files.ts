/** The files that build a synthetic table: a model of a dbt project with its YAML, or a folder of plain SQL. */
import type { BuiltTable, Column } from './columns.ts';
import { planTables, type PlannedTable, type SyntheticOptions } from './plan.ts';
import { buildTable } from './shapes.ts';

/** A monorepo at one commit. */
export interface SyntheticRepo {
  readonly options: SyntheticOptions;
  readonly plan: readonly PlannedTable[];
  /** By name. */
  readonly tables: ReadonlyMap<string, BuiltTable>;
}

/** `revisions`: how often each table was changed, by name; absent: never. What a table reads stays the same. */
export function syntheticRepo(
  options: SyntheticOptions,
  revisions: ReadonlyMap<string, number> = new Map(),
): SyntheticRepo {
  const plan = planTables(options);
  // Others read what a table had at first: a column that is added later is not taken up by all that read it.
  const first = new Map<string, BuiltTable>();
  for (const table of plan) first.set(table.name, buildTable(table, 0, first, options.seed));
  const changed = [...revisions].map(([name, revision]): [string, BuiltTable] => {
    const { planned } = first.get(name) as BuiltTable;
    return [name, buildTable(planned, revision, first, options.seed)];
  });
  return { options, plan, tables: new Map([...first, ...changed]) };
}

const catalog = 'acme';
const dbtSchema = 'analytics';

/** Path → text. */
export function filesOf(repo: SyntheticRepo, table: BuiltTable): Map<string, string> {
  const { planned } = table;
  if (planned.layout === 'plain') {
    const folder = `sql/${planned.domain}/${planned.name}`;
    const text = table.query === null ? createTable(repo, table) : plainStatements(repo, table);
    return new Map([
      [`${folder}/${table.query === null ? 'schema' : 'query'}.sql`, `${comment(table)}${text}\n`],
    ]);
  }
  if (table.query === null)
    return new Map([[`dbt/models/${planned.domain}/sources/${planned.name}.yml`, sourceYaml(table)]]);
  const folder = `dbt/${planned.shape === 'history' ? 'snapshots' : 'models'}/${planned.domain}`;
  const named = { layer: planned.layer === 1 ? 'staging' : `layer_${planned.layer}` }.layer;
  return new Map([
    [`${folder}/${named}/${planned.name}.sql`, dbtModel(table)],
    [`${folder}/${named}/${planned.name}.yml`, dbtYaml(table)],
  ]);
}

/** Files that do not change. */
export function commonFiles({ plan, options }: SyntheticRepo): Map<string, string> {
  const type = options.dialect;
  const owners = [...new Set(plan.map(({ domain }) => domain))].map(
    (domain) => `**/${domain}/ @acme/${domain}`,
  );
  return new Map([
    ['CODEOWNERS', `${owners.join('\n')}\n`],
    [
      'dbt/dbt_project.yml',
      `name: synthetic\nversion: '1.0.0'\nconfig-version: 2\nprofile: synthetic\nmodel-paths: ['models']\nsnapshot-paths: ['snapshots']\nmodels:\n  synthetic:\n    +materialized: table\nsnapshots:\n  synthetic:\n    +target_schema: ${dbtSchema}\n`,
    ],
    [
      'dbt/profiles.yml',
      `synthetic:\n  target: prod\n  outputs:\n    prod:\n      type: ${type}\n      project: ${catalog}\n      dataset: ${dbtSchema}\n      database: ${catalog}\n      dbname: ${catalog}\n      schema: ${dbtSchema}\n`,
    ],
  ]); // prettier-ignore
}

/** The configuration that the repository needs besides its dialect. */
export const syntheticDefaults = [{ paths: ['**'], catalog, schema: dbtSchema }];

const comment = ({ planned, revision }: BuiltTable): string =>
  `-- ${planned.entity} data of ${planned.domain}${revision === 0 ? '' : `, change ${revision}`}.\n`;

const plainId = (table: PlannedTable): string =>
  `${catalog}.${table.domain}${table.layer === 0 ? '_raw' : ''}.${table.name}`;

function plainStatements(repo: SyntheticRepo, table: BuiltTable): string {
  const { planned } = table;
  const query = withTables(table, (other) => plainId(other));
  const target = plainId(planned);
  if (planned.shape === 'incremental') {
    const names = table.columns.map(({ name }) => name);
    const key = table.key ?? names.slice(0, 1);
    return [
      createTable(repo, table),
      '',
      `merge into ${target} as target\nusing (\n${indent(query)}\n) as source\non ${key.map((name) => `target.${name} = source.${name}`).join(' and ')}`,
      `when matched then update set ${names.filter((name) => !key.includes(name)).map((name) => `${name} = source.${name}`).join(', ')}`,
      `when not matched then insert (${names.join(', ')}) values (${names.map((name) => `source.${name}`).join(', ')});`,
    ].join('\n'); // prettier-ignore
  }
  const kind = planned.shape === 'view' || planned.shape === 'staging' ? 'view' : 'table';
  // Postgres replaces views only.
  if (kind === 'table' && repo.options.dialect === 'postgres') return `create table ${target} as\n${query};`;
  return `create or replace ${kind} ${target} as\n${query};`;
}

function createTable({ options }: SyntheticRepo, table: BuiltTable): string {
  const columns = table.columns.map((column) => `  ${column.name} ${typeIn(options.dialect, column.type)}`);
  return `create table if not exists ${plainId(table.planned)} (\n${columns.join(',\n')}\n);`;
}

function typeIn(dialect: SyntheticOptions['dialect'], type: Column['type']): string {
  if (dialect === 'bigquery') return type === 'varchar' ? 'string' : type === 'bigint' ? 'int64' : type;
  return type;
}

function dbtModel(table: BuiltTable): string {
  const { planned } = table;
  const query = withTables(table, (other) =>
    other.layer === 0 ? `{{ source('raw_${other.domain}', '${other.name}') }}` : `{{ ref('${other.name}') }}`,
  );
  const key = (table.key ?? table.columns.slice(0, 1).map(({ name }) => name)).map((name) => `'${name}'`);
  if (planned.shape === 'history')
    return `{% snapshot ${planned.name} %}\n\n{{ config(unique_key=${key[0]}, strategy='check', check_cols='all') }}\n\n${comment(table)}${query}\n\n{% endsnapshot %}\n`; // prettier-ignore
  if (planned.shape === 'incremental')
    return `{{ config(materialized='incremental', unique_key=[${key.join(', ')}]) }}\n\n${comment(table)}${query}\n{% if is_incremental() %}\n  and t0.${dateOf(table)} >= (select max(${dateOf(table)}) from {{ this }})\n{% endif %}\n`; // prettier-ignore
  const view = planned.shape === 'view' || planned.shape === 'staging';
  return `${view ? "{{ config(materialized='view') }}\n\n" : ''}${comment(table)}${query}\n`;
}

const dateOf = ({ columns }: BuiltTable): string => columns.find(({ role }) => role === 'date')?.name ?? '';

function dbtYaml(table: BuiltTable): string {
  const { planned, key } = table;
  const section = planned.shape === 'history' ? 'snapshots' : 'models';
  const columns = table.columns.map(({ name, role }) => {
    const tests = key?.length === 1 && key[0] === name ? '\n        tests: [unique, not_null]' : '';
    return `      - name: ${name}\n        description: The ${role} of a ${planned.entity}.${tests}`;
  });
  return `version: 2\n${section}:\n  - name: ${planned.name}\n    description: ${planned.entity} data of ${planned.domain}, layer ${planned.layer}.\n    columns:\n${columns.join('\n')}\n`;
}

function sourceYaml({ planned, columns }: BuiltTable): string {
  const lines = columns.map(
    ({ name, role }) =>
      `          - name: ${name}\n            description: The ${role} as loaded.${role === 'key' ? '\n            tests: [unique, not_null]' : ''}`,
  );
  return `version: 2\nsources:\n  - name: raw_${planned.domain}\n    database: ${catalog}\n    schema: ${planned.domain}_raw\n    tables:\n      - name: ${planned.name}\n        description: ${planned.entity} rows as loaded.\n        columns:\n${lines.join('\n')}\n`;
}

function withTables(table: BuiltTable, named: (table: PlannedTable) => string): string {
  const byName = new Map(table.planned.upstream.map((other) => [other.name, other]));
  return (table.query ?? '').replaceAll(/\{(\w+)\}/g, (_, name: string) => named(byName.get(name) as PlannedTable)); // prettier-ignore
}

const indent = (text: string): string => text.replaceAll(/^/gm, '  ');
