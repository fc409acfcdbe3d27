/** dbt's properties files: what people declare about models, sources, seeds and snapshots, with lines. */
import { readYaml, type YamlValue } from '../yaml/document.ts';
import { configOf, objectOf, optional, ownerOf, place, seconds, strings } from './yaml-values.ts';
import { readConstraints, readTests } from './yaml-tests.ts';
import { readExposure, readGroup, readMetric, readSemanticModel } from './yaml-semantics.ts';
import type {
  ColumnProperties,
  DbtProperties,
  Freshness,
  SourceProperties,
  TableProperties,
} from './types.ts';

const KINDS = [
  ['models', 'model'],
  ['seeds', 'seed'],
  ['snapshots', 'snapshot'],
  ['analyses', 'analysis'],
] as const;

/** Never throws: broken YAML is read as far as it goes and costs a diagnostic. */
export function dbtProperties(text: string, path: string): DbtProperties {
  const { root, diagnostics } = readYaml(path, text);
  const list = (key: string): readonly YamlValue[] => root?.get(key)?.items() ?? [];
  const named = (key: string): readonly YamlValue[] =>
    list(key).filter((item) => item.get('name')?.text() !== undefined);
  return {
    path,
    tables: KINDS.flatMap(([key, kind]) => named(key).map((value) => readTable(value, kind, path))),
    sources: named('sources').flatMap((value) => readSource(value, path)),
    exposures: named('exposures').map((value) => readExposure(value, path)),
    semanticModels: named('semantic_models').map((value) => readSemanticModel(value, path)),
    metrics: named('metrics').map((value) => readMetric(value, path)),
    groups: named('groups').map((value) => readGroup(value, path)),
    macros: named('macros').map((value) => ({
      ...place(value, path),
      name: value.get('name')?.text() ?? '',
      ...optional('description', value.get('description')?.text()),
    })),
    diagnostics,
  };
}

function readTable<K extends TableProperties['kind']>(
  value: YamlValue,
  kind: K,
  path: string,
): TableProperties & { readonly kind: K } {
  const config = configOf(value);
  const meta = { ...objectOf(config['meta']), ...objectOf(value.get('meta')?.plain()) };
  const contract =
    value.get('config')?.get('contract')?.get('enforced') ?? value.get('contract')?.get('enforced');
  return {
    kind,
    name: value.get('name')?.text() ?? '',
    ...place(value, path),
    endLine: value.lines[1],
    ...optional('description', value.get('description')?.text()),
    columns: (value.get('columns')?.items() ?? [])
      .filter((column) => column.get('name') !== undefined)
      .map((column) => readColumn(column, path)),
    tests: readTests(value, path, undefined),
    constraints: readConstraints(value, path, undefined),
    config,
    meta,
    tags: [...strings(value.get('tags')), ...strings(value.get('config')?.get('tags'))],
    ...optional('owner', ownerOf(value, meta)),
    ...optional('group', value.get('group')?.text() ?? value.get('config')?.get('group')?.text()),
    ...optional('access', value.get('access')?.text()),
    ...optional('contract', contract?.flag()),
    ...optional('deprecationDate', value.get('deprecation_date')?.text()),
    ...optional(
      'loadedAtField',
      value.get('loaded_at_field')?.text() ?? value.get('config')?.get('loaded_at_field')?.text(),
    ),
    ...optional('freshness', readFreshness(value)),
    ...optional('latestVersion', value.get('latest_version')?.text()),
    versions: (value.get('versions')?.items() ?? []).map((version) => ({
      version: version.get('v')?.text() ?? '',
      ...optional('definedIn', version.get('defined_in')?.text()),
      config: configOf(version),
    })),
    ...optional('relation', value.get('relation')?.text()),
    ...optional('timeSpine', timeSpine(value)),
  };
}

function timeSpine(value: YamlValue): { column: string } | undefined {
  const column = value.get('time_spine')?.get('standard_granularity_column')?.text();
  return column === undefined ? undefined : { column };
}

function readColumn(value: YamlValue, path: string): ColumnProperties {
  const name = value.get('name')?.text() ?? '';
  const config = configOf(value);
  return {
    name,
    ...place(value, path),
    ...optional('description', value.get('description')?.text()),
    ...optional('dataType', value.get('data_type')?.text()),
    tests: readTests(value, path, name),
    constraints: readConstraints(value, path, name),
    meta: { ...objectOf(config['meta']), ...objectOf(value.get('meta')?.plain()) },
    tags: [...strings(value.get('tags')), ...strings(value.get('config')?.get('tags'))],
  };
}

function readSource(value: YamlValue, path: string): SourceProperties[] {
  const source = value.get('name')?.text() ?? '';
  const common = readTable(value, 'source', path);
  return (value.get('tables')?.items() ?? [])
    .filter((table) => table.get('name')?.text() !== undefined)
    .map((table) => {
      const own = readTable(table, 'source', path);
      const noFreshness = table.get('freshness')?.isNull() === true;
      const freshness = noFreshness ? undefined : mergeFreshness(common.freshness, own.freshness);
      return {
        ...own,
        source,
        config: { ...common.config, ...own.config },
        meta: { ...common.meta, ...own.meta },
        tags: [...common.tags, ...own.tags],
        ...optional('owner', own.owner ?? common.owner),
        ...optional('loadedAtField', own.loadedAtField ?? common.loadedAtField),
        ...optional('freshness', freshness),
        ...optional('sourceDescription', common.description),
        ...optional(
          'database',
          value.get('database')?.text() ?? value.get('catalog')?.text() ?? value.get('project')?.text(),
        ),
        ...optional('schema', value.get('schema')?.text() ?? value.get('dataset')?.text()),
        ...optional('identifier', table.get('identifier')?.text()),
        ...optional('loader', table.get('loader')?.text() ?? value.get('loader')?.text()),
        quoting: { ...objectOf(value.get('quoting')?.plain()), ...objectOf(table.get('quoting')?.plain()) },
        ...optional(
          'external',
          table.get('external') === undefined ? undefined : objectOf(table.get('external')?.plain()),
        ),
      };
    });
}

function readFreshness(value: YamlValue): Freshness | undefined {
  const found = value.get('freshness') ?? value.get('config')?.get('freshness');
  if (found === undefined || found.isNull()) return undefined;
  const warnAfter = seconds(found.get('warn_after'));
  const errorAfter = seconds(found.get('error_after'));
  return {
    ...optional('warnAfter', warnAfter),
    ...optional('errorAfter', errorAfter),
    ...optional('filter', found.get('filter')?.text()),
  };
}

function mergeFreshness(common: Freshness | undefined, own: Freshness | undefined): Freshness | undefined {
  return common || own ? { ...common, ...own } : undefined;
}
