/** `model` and `graph`: the project's own description of itself, as templates read it. */
import { str } from '../jinja/python.ts';
import { Dict, Fn, fromJson, PyObject, type Value } from '../jinja/values.ts';
import { mergeConfig } from './config.ts';
import { nodeConfig, nodeRelation, sourceRelation } from './naming.ts';
import { baseName } from './paths.ts';
import type { DbtProject } from './project.ts';
import type { Session } from './session.ts';
import type { ColumnProperties, DbtNode } from './types.ts';

/** The running node; null for text that belongs to none. */
export function modelDict(session: Session): Value {
  const { node, project } = session;
  if (!node) return null;
  const relation = session.self?.relationName;
  return nodeDict(
    project,
    node,
    mergeConfig(session.baseConfig, session.inFile),
    relation ?? { identifier: node.name },
  );
}

function nodeDict(
  project: DbtProject,
  node: DbtNode,
  config: Readonly<Record<string, unknown>>,
  relation: { database?: string; schema?: string; identifier: string },
): Dict {
  const properties = project.properties.of(node);
  const dict = fromJson({
    name: node.name,
    alias: relation.identifier,
    unique_id: node.uniqueId,
    resource_type: node.type,
    package_name: node.package,
    path: baseName(node.path),
    original_file_path: node.path.slice(project.file.root === '' ? 0 : project.file.root.length + 1),
    fqn: [...node.fqn],
    schema: relation.schema ?? null,
    database: relation.database ?? null,
    relation_name: [relation.database, relation.schema, relation.identifier]
      .filter((part) => part !== undefined)
      .join('.'),
    config: { materialized: 'view', enabled: true, tags: [], meta: {}, ...config },
    tags: config['tags'] ?? [],
    meta: config['meta'] ?? {},
    description: project.properties.describe(properties?.description) ?? '',
    columns: columnsOf(properties?.columns ?? []),
    version: node.version ?? null,
    language: node.language,
    refs: [],
    sources: [],
    depends_on: { nodes: [], macros: [] },
    raw_code: '',
    compiled_code: '',
    constraints: [],
    access: properties?.access ?? 'protected',
    group: properties?.group ?? null,
  }) as Dict;
  return dict;
}

function columnsOf(columns: readonly ColumnProperties[]): Record<string, unknown> {
  const entries = columns.map((column) => [
    column.name,
    {
      name: column.name,
      description: column.description ?? '',
      data_type: column.dataType ?? null,
      meta: column.meta,
      tags: column.tags,
      quote: null,
      constraints: [],
    },
  ]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** A node that is described only when a template looks into it: graphs hold thousands. */
class LazyNode extends PyObject {
  readonly typeName = 'node';
  private readonly make: () => Dict;
  private made: Dict | undefined;
  constructor(make: () => Dict) {
    super();
    this.make = make;
  }
  private get dict(): Dict {
    return (this.made ??= this.make());
  }
  override attr(name: string): Value | undefined {
    if (name === 'get')
      return new Fn(name, ([key, otherwise]) => this.dict.get(key ?? null) ?? otherwise ?? null);
    return name === 'items' ? new Fn(name, () => this.dict.items()) : this.dict.get(name);
  }
  override item(key: Value): Value | undefined {
    return this.dict.get(key);
  }
  override iterate(): Value[] {
    return this.dict.keys();
  }
  override str(): string {
    return str(this.dict);
  }
}

/** `graph.nodes`, `graph.sources`, `graph.exposures`. What depends on what is not known before everything is rendered. */
export function graphObject(session: Session): Value {
  const { project } = session;
  const known = project.memo.get('graph');
  if (known !== undefined) return known as Value;
  session.ask('graph', [...project.nodes.keys()].join());
  const nodes = Array.from(project.nodes.values(), (node): [Value, Value] => [
    node.uniqueId,
    new LazyNode(() =>
      nodeDict(project, node, nodeConfig(project, node), nodeRelation(project, node).relationName),
    ),
  ]);
  const sources = project.properties.all().flatMap(({ package: owner, properties }) =>
    properties.sources.map((source): [Value, Value] => {
      const uniqueId = `source.${owner}.${source.source}.${source.name}`;
      const make = (): Dict => {
        const { database, schema, identifier } = sourceRelation(project, {
          ...source,
          package: owner,
        }).relationName;
        return fromJson({
          name: source.name,
          source_name: source.source,
          unique_id: uniqueId,
          resource_type: 'source',
          package_name: owner,
          database: database ?? null,
          schema: schema ?? null,
          identifier,
          description: source.description ?? '',
          tags: source.tags,
          meta: source.meta,
          config: { enabled: true, ...source.config },
          columns: columnsOf(source.columns),
          original_file_path: source.path,
          fqn: [owner, source.source, source.name],
          relation_name: [database, schema, identifier].filter((part) => part !== undefined).join('.'),
          external: source.external ?? null,
        }) as Dict;
      };
      return [uniqueId, new LazyNode(make)];
    }),
  );
  const empty = (): Dict => new Dict();
  const graph = Dict.from([
    ['nodes', Dict.from(nodes)],
    ['sources', Dict.from(sources)],
    ['exposures', empty()],
    ['metrics', empty()],
    ['groups', empty()],
    ['semantic_models', empty()],
    ['saved_queries', empty()],
  ]);
  project.memo.set('graph', graph);
  return graph;
}
