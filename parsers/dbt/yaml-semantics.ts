/** Exposures, groups, metrics and semantic models of a properties file. */
import type { YamlValue } from '../yaml/document.ts';
import type { Exposure, Group, Metric, SemanticModel } from './types.ts';
import { objectOf, optional, ownerOf, personOf, place, strings } from './yaml-values.ts';

function name(value: YamlValue): string {
  return value.get('name')?.text() ?? '';
}

export function readExposure(value: YamlValue, path: string): Exposure {
  const meta = objectOf(value.get('meta')?.plain());
  return {
    name: name(value),
    ...place(value, path),
    endLine: value.lines[1],
    ...optional('type', value.get('type')?.text()),
    ...optional('label', value.get('label')?.text()),
    ...optional('description', value.get('description')?.text()),
    ...optional('url', value.get('url')?.text()),
    ...optional('maturity', value.get('maturity')?.text()),
    ...optional('owner', ownerOf(value, meta)),
    dependsOn: strings(value.get('depends_on')),
    meta,
    tags: strings(value.get('tags')),
  };
}

export function readGroup(value: YamlValue, path: string): Group {
  return {
    name: name(value),
    ...place(value, path),
    ...optional('owner', personOf(value.get('owner')?.plain())),
  };
}

export function readMetric(value: YamlValue, path: string): Metric {
  const filter = value.get('filter');
  return {
    name: name(value),
    ...place(value, path),
    ...optional('label', value.get('label')?.text()),
    ...optional('description', value.get('description')?.text()),
    ...optional('type', value.get('type')?.text() ?? value.get('calculation_method')?.text()),
    ...optional('model', value.get('model')?.text()),
    typeParams: objectOf(value.get('type_params')?.plain()),
    ...optional('filter', filter?.text()),
  };
}

export function readSemanticModel(value: YamlValue, path: string): SemanticModel {
  const described = (item: YamlValue): { name: string; expr: string; description?: string } => ({
    name: name(item),
    expr: item.get('expr')?.text() ?? name(item),
    ...optional('description', item.get('description')?.text()),
  });
  const items = (key: string): readonly YamlValue[] =>
    (value.get(key)?.items() ?? []).filter((item) => item.get('name') !== undefined);
  return {
    name: name(value),
    ...place(value, path),
    endLine: value.lines[1],
    model: value.get('model')?.text() ?? '',
    ...optional('description', value.get('description')?.text()),
    ...optional('primaryEntity', value.get('primary_entity')?.text()),
    ...optional('timeDimension', value.get('defaults')?.get('agg_time_dimension')?.text()),
    entities: items('entities').map((item) => ({
      ...described(item),
      ...place(item, path),
      type: item.get('type')?.text() ?? '',
    })),
    dimensions: items('dimensions').map((item) => ({
      ...described(item),
      type: item.get('type')?.text() ?? '',
    })),
    measures: items('measures').map((item) => ({ ...described(item), agg: item.get('agg')?.text() ?? '' })),
  };
}
