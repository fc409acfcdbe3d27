/** How dbt's layers of configuration add up. */
import { own } from '../../schema/contracts/own.ts';
import { objectOf } from './yaml-values.ts';
import type { Config } from './types.ts';

/** Keys whose values are maps; below a folder of dbt_project.yml any other map is a deeper folder. */
const MAPS = new Set([
  'meta',
  'grants',
  'persist_docs',
  'partition_by',
  'labels',
  'column_types',
  'vars',
  'contract',
  'docs',
  'quoting',
  'properties',
  'resource_tags',
  'tblproperties',
  'event_time',
  'freshness',
  'snapshot_meta_column_names',
  'static_analysis',
  'pre-hook',
  'post-hook',
  'pre_hook',
  'post_hook',
]);
const MERGED = new Set([
  'meta',
  'grants',
  'persist_docs',
  'column_types',
  'labels',
  'vars',
  'properties',
  'contract',
  'docs',
  'quoting',
]);
const APPENDED = new Set(['tags', 'pre_hook', 'post_hook']);

function canonical(key: string): string {
  return key === 'pre-hook'
    ? 'pre_hook'
    : key === 'post-hook'
      ? 'post_hook'
      : key === 'dataset'
        ? 'schema'
        : key === 'project'
          ? 'database'
          : key;
}

function listOf(value: unknown): unknown[] {
  return value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
}

/** `next` over `base`: tags and hooks add up, meta and its like merge, the rest is replaced. */
export function mergeConfig(base: Config, next: Config): Config {
  const merged: Record<string, unknown> = { ...base };
  for (const [written, value] of Object.entries(next)) {
    const key = canonical(written);
    if (APPENDED.has(key)) merged[key] = [...new Set([...listOf(own(merged, key)), ...listOf(value)])];
    else if (MERGED.has(key)) merged[key] = { ...objectOf(own(merged, key)), ...objectOf(value) };
    else merged[key] = value;
  }
  return merged;
}

/**
 * What a `models:` tree (or its like) of dbt_project.yml says for a node: each folder on the way, outermost first.
 * @param fqn package, folders, name
 */
export function folderConfig(tree: Config, fqn: readonly string[]): Config {
  let config: Config = {};
  let level: Config | undefined = tree;
  for (let depth = 0; level !== undefined && depth <= fqn.length; depth++) {
    const step: string | undefined = fqn[depth];
    config = mergeConfig(config, ownConfig(level, step));
    const next: unknown = step === undefined ? undefined : own(level, step);
    level = typeof next === 'object' && next !== null && !Array.isArray(next) ? (next as Config) : undefined;
  }
  return config;
}

function ownConfig(level: Config, step: string | undefined): Config {
  const own = Object.entries(level).filter(([key, value]) => {
    if (key.startsWith('+')) return true;
    const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isMap ? MAPS.has(key) && key !== step : value !== undefined;
  });
  return Object.fromEntries(own.map(([key, value]) => [key.replace(/^\+/, ''), value]));
}
