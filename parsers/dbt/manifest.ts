/** `manifest.json`, where a dbt run left it: compiled SQL, configuration, tests. Any part may be missing, since versions differ. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Config, NodeType, RelationName } from './types.ts';
import { json, text } from './artifact-json.ts';
import { listOf } from './project-file.ts';
import { objectOf, optional } from './yaml-values.ts';

export interface ManifestNode {
  readonly uniqueId: string;
  readonly type: NodeType | 'source';
  readonly name: string;
  readonly package: string;
  /** Path inside the dbt project, as dbt wrote it. */
  readonly path: string;
  readonly relation?: RelationName;
  readonly config: Config;
  /** The configuration with its templates as written; absent in manifests of old versions. */
  readonly unrendered?: Config;
  readonly materialized?: string;
  /** Absent where dbt had only parsed, not compiled. */
  readonly compiledSql?: string;
  /** SHA-256 (hex) of the file's text as dbt read it. */
  readonly checksum?: string;
  readonly description?: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type?: string;
    readonly description?: string;
  }[];
  readonly dependsOn: readonly string[];
  readonly tags: readonly string[];
  readonly meta: Config;
}

export interface ManifestTest {
  readonly uniqueId: string;
  /** `not_null`, `dbt_utils.unique_combination_of_columns`; absent for a singular test. */
  readonly test?: string;
  readonly args: Config;
  readonly column?: string;
  /** The node that it is attached to. */
  readonly attachedTo?: string;
  readonly severity: 'error' | 'warn';
  readonly where?: string;
  readonly enabled: boolean;
  readonly dependsOn: readonly string[];
}

export interface Manifest {
  /** ISO time at which dbt wrote it. */
  readonly generatedAt?: string;
  readonly adapter?: string;
  readonly project?: string;
  readonly nodes: ReadonlyMap<string, ManifestNode>;
  readonly tests: readonly ManifestTest[];
  readonly diagnostics: readonly Diagnostic[];
}

export function readManifest(source: string, path: string): Manifest {
  const { value: root, diagnostics } = json(source, path, 'manifest');
  const metadata = objectOf(root['metadata']);
  const nodes = new Map<string, ManifestNode>();
  const tests: ManifestTest[] = [];
  for (const [uniqueId, raw] of [
    ...Object.entries(objectOf(root['nodes'])),
    ...Object.entries(objectOf(root['sources'])),
  ]) {
    const node = objectOf(raw);
    const type = text(node['resource_type']) ?? uniqueId.split('.')[0] ?? '';
    if (type === 'test') tests.push(manifestTest(uniqueId, node));
    if (['model', 'seed', 'snapshot', 'analysis', 'source', 'test'].includes(type))
      nodes.set(uniqueId, manifestNode(uniqueId, type as ManifestNode['type'], node));
  }
  return {
    ...optional('generatedAt', text(metadata['generated_at'])),
    ...optional('adapter', text(metadata['adapter_type'])),
    ...optional('project', text(metadata['project_name'])),
    nodes,
    tests,
    diagnostics,
  };
}

function manifestNode(uniqueId: string, type: ManifestNode['type'], node: Config): ManifestNode {
  const config = objectOf(node['config']);
  const identifier = text(node['alias']) ?? text(node['identifier']) ?? text(node['name']);
  const relation =
    identifier === undefined
      ? undefined
      : {
          ...optional('database', text(node['database'])),
          ...optional('schema', text(node['schema'])),
          identifier,
        };
  const columns = Object.values(objectOf(node['columns'])).map(objectOf);
  return {
    uniqueId,
    type,
    name: text(node['name']) ?? uniqueId,
    package: text(node['package_name']) ?? '',
    path: text(node['original_file_path']) ?? text(node['path']) ?? '',
    ...optional('relation', relation),
    config,
    ...optional(
      'unrendered',
      node['unrendered_config'] === undefined ? undefined : objectOf(node['unrendered_config']),
    ),
    ...optional('materialized', text(config['materialized'])),
    ...optional('compiledSql', text(node['compiled_code']) ?? text(node['compiled_sql'])),
    ...optional('checksum', text(objectOf(node['checksum'])['checksum'])),
    ...optional('description', text(node['description'])),
    columns: columns.flatMap((column) => {
      const name = text(column['name']);
      return name === undefined
        ? []
        : {
            name,
            ...optional('type', text(column['data_type'])),
            ...optional('description', text(column['description'])),
          };
    }),
    dependsOn: listOf(objectOf(node['depends_on'])['nodes']),
    tags: listOf(node['tags']),
    meta: objectOf(node['meta']),
  };
}

function manifestTest(uniqueId: string, node: Config): ManifestTest {
  const config = objectOf(node['config']);
  const metadata = objectOf(node['test_metadata']);
  const [name, owner] = [text(metadata['name']), text(metadata['namespace'])];
  const args = Object.fromEntries(
    Object.entries(objectOf(metadata['kwargs'])).filter(([key]) => key !== 'model' && key !== 'column_name'),
  );
  const dependsOn = listOf(objectOf(node['depends_on'])['nodes']);
  return {
    uniqueId,
    ...optional('test', name === undefined ? undefined : owner === undefined ? name : `${owner}.${name}`),
    args,
    ...optional('column', text(node['column_name']) ?? text(objectOf(metadata['kwargs'])['column_name'])),
    ...optional(
      'attachedTo',
      text(node['attached_node']) ?? (dependsOn.length === 1 ? dependsOn[0] : undefined),
    ),
    severity: String(config['severity']).toLowerCase() === 'warn' ? 'warn' : 'error',
    ...optional('where', text(config['where'])),
    enabled: config['enabled'] !== false,
    dependsOn,
  };
}
