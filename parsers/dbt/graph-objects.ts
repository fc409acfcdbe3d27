/** `model` and `graph`: the project's own description of itself, as templates read it. */
import { str } from '../jinja/python.ts';
import { Dict, Fn, fromJson, PyObject, type Value } from '../jinja/values.ts';
import { textHash } from '../reader.ts';
import { mergeConfig } from './config.ts';
import { nodeConfig, nodeRelation, sourceRelation } from './naming.ts';
import { baseName } from './paths.ts';
import type { DbtProject } from './project.ts';
import type { Session } from './session.ts';
import type { ColumnProperties, DbtNode, SourceProperties } from './types.ts';

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

/** What `graph` says of every node and source, by unique id, worked out when it is asked for. */
function* descriptions(project: DbtProject): Generator<readonly [uniqueId: string, describe: () => Dict]> {
  for (const node of project.nodes.values())
    yield [
      node.uniqueId,
      () => nodeDict(project, node, nodeConfig(project, node), nodeRelation(project, node).relationName),
    ];
  for (const { package: owner, properties } of project.properties.all())
    for (const source of properties.sources) {
      const uniqueId = `source.${owner}.${source.source}.${source.name}`;
      yield [uniqueId, () => sourceDict(project, uniqueId, { ...source, package: owner })];
    }
}

function sourceDict(
  project: DbtProject,
  uniqueId: string,
  source: SourceProperties & { readonly package: string },
): Dict {
  const { database, schema, identifier } = sourceRelation(project, source).relationName;
  return fromJson({
    name: source.name,
    source_name: source.source,
    unique_id: uniqueId,
    resource_type: 'source',
    package_name: source.package,
    database: database ?? null,
    schema: schema ?? null,
    identifier,
    description: source.description ?? '',
    tags: source.tags,
    meta: source.meta,
    config: { enabled: true, ...source.config },
    columns: columnsOf(source.columns),
    original_file_path: source.path,
    fqn: [source.package, source.source, source.name],
    relation_name: [database, schema, identifier].filter((part) => part !== undefined).join('.'),
    external: source.external ?? null,
  }) as Dict;
}

/**
 * All that `graph` says, as one hash. Described afresh: what a template has looked into may have been described while a configuration was still being
 * read.
 */
export function graphAnswer(project: DbtProject): string {
  const known = project.memo.get('graph-answer') as string | undefined;
  if (known !== undefined) return known;
  const answer = textHash(Array.from(descriptions(project), ([id, describe]) => `${id} ${str(describe())}`).join('\n')); // prettier-ignore
  project.memo.set('graph-answer', answer);
  return answer;
}

/**
 * `graph.nodes`, `graph.sources`, `graph.exposures`, made once a project; every text that takes it rests on all that it says. What depends on what is
 * not known before everything is rendered.
 */
export function graphObject(session: Session): Value {
  const { project } = session;
  session.ask('graph', () => graphAnswer(project));
  const known = project.memo.get('graph');
  if (known !== undefined) return known as Value;
  const all = Array.from(descriptions(project), ([id, describe]) => [id, new LazyNode(describe)] as const);
  const isSource = ([id]: readonly [string, Value]): boolean => id.startsWith('source.');
  const empty = (): Dict => new Dict();
  const graph = Dict.from([
    ['nodes', Dict.from(all.filter((entry) => !isSource(entry)))],
    ['sources', Dict.from(all.filter(isSource))],
    ['exposures', empty()],
    ['metrics', empty()],
    ['groups', empty()],
    ['semantic_models', empty()],
    ['saved_queries', empty()],
  ]);
  project.memo.set('graph', graph);
  return graph;
}
