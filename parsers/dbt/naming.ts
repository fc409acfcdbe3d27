/** What a node is configured as and what its relation is called. Worked out when first asked for, once a project. */
import { JinjaError } from '../jinja/error.ts';
import { parseTemplate, render } from '../jinja/jinja.ts';
import { lexString } from '../jinja/lexemes.ts';
import { str } from '../jinja/python.ts';
import { Runtime } from '../jinja/runtime.ts';
import { fromJson, Undefined } from '../jinja/values.ts';
import { contextOf } from './context.ts';
import { folderConfig, mergeConfig } from './config.ts';
import type { DbtProject } from './project.ts';
import { pythonConfig } from './python-config.ts';
import { quotingOf, Relation } from './relation.ts';
import { Session } from './session.ts';
import type { Config, DbtNode, RelationName, SourceProperties } from './types.ts';

/** A value worked out once a project. */
export function memo<T>(project: DbtProject, key: string, make: () => T): T {
  if (project.memo.has(key)) return project.memo.get(key) as T;
  const value = make();
  project.memo.set(key, value);
  return value;
}

/** Text of a setting with its templates rendered; hooks keep theirs, since they run with the model. */
function renderSetting(project: DbtProject, text: string, packageName = project.name): string {
  if (!text.includes('{{') && !text.includes('{%')) return text;
  return memo(project, `setting:${packageName}:${text}`, () => {
    try {
      const session = new Session(project, 'full');
      return render(parseTemplate(text, project.file.path), { lookup: contextOf(session) }).text;
    } catch (error) {
      if (error instanceof JinjaError) return text;
      throw error;
    }
  });
}

/** Every string in a configuration rendered, hooks aside. A text that is one whole template of a bool or number becomes one, as in dbt. */
export function renderConfig(project: DbtProject, config: Config): Config {
  const value = (raw: unknown): unknown => {
    if (typeof raw === 'string' && /\{[{%]/.test(raw)) return native(renderSetting(project, raw));
    if (Array.isArray(raw)) return raw.map(value);
    if (typeof raw === 'object' && raw !== null)
      return Object.fromEntries(Object.entries(raw).map(([k, v]) => [k, value(v)]));
    return raw;
  };
  return Object.fromEntries(
    Object.entries(config).map(([key, raw]) => [
      key,
      key === 'pre_hook' || key === 'post_hook' ? raw : value(raw),
    ]),
  );
}

function native(text: string): unknown {
  const clean = text.trim();
  if (/^(true|false)$/i.test(clean)) return clean.toLowerCase() === 'true';
  return /^-?\d+$/.test(clean) ? Number(clean) : text;
}

/** dbt_project.yml and YAML, without what the file itself says. The running project's word counts over a package's own. */
export function baseConfig(project: DbtProject, node: DbtNode): Config {
  return memo(project, `base:${node.uniqueId}`, () => {
    const own = project.packages.get(node.package);
    const layers: Config[] = [];
    if (own && own !== project.file) layers.push(folderConfig(own.configs[node.type], node.fqn));
    layers.push(folderConfig(project.file.configs[node.type], node.fqn));
    const properties = project.properties.of(node);
    if (properties) {
      layers.push({
        ...(properties.tags.length > 0 && { tags: properties.tags }),
        ...(Object.keys(properties.meta).length > 0 && { meta: properties.meta }),
      });
      layers.push(properties.config);
      const version = properties.versions.find((entry) => entry.version === node.version);
      if (version) layers.push(version.config);
    }
    return renderConfig(project, layers.reduce(mergeConfig, {}));
  });
}

const CONFIG_CALL = /\{([{%])[-+]?\s*(?:do\s+)?config\s*\(/g;

/** Everything that applies to a node, its own `config()` included. */
export function nodeConfig(project: DbtProject, node: DbtNode): Config {
  return memo(project, `config:${node.uniqueId}`, () => {
    const base = baseConfig(project, node);
    if (node.language === 'python') return mergeConfig(base, pythonConfig(project.textOf(node.path) ?? ''));
    if (node.language !== 'sql') return base;
    // Stands while the file is being read, for a model whose configuration asks for itself.
    project.memo.set(`config:${node.uniqueId}`, base);
    const text = project.textOf(node.path) ?? '';
    return mergeConfig(base, inFileConfig(project, node, base, text));
  });
}

function inFileConfig(project: DbtProject, node: DbtNode, base: Config, text: string): Config {
  CONFIG_CALL.lastIndex = 0;
  const first = CONFIG_CALL.exec(text);
  const viaMacro = configMacros(project).some((name) => text.includes(name));
  if (!first && !viaMacro) return {};
  const simple =
    first &&
    !viaMacro &&
    node.type === 'model' &&
    !/\{%/.test(text.slice(0, first.index)) &&
    CONFIG_CALL.exec(text) === null;
  const source = simple ? tagAt(text, first.index) : text;
  try {
    const template = parseTemplate(source, node.path);
    const session = new Session(project, 'parse', node, base, stub(project, node));
    const block = template.blocks.find((entry) => entry.type === 'snapshot' && entry.name === node.name);
    render(template, { lookup: contextOf(session) }, block?.body ?? template.body);
    return session.inFile;
  } catch (error) {
    if (error instanceof JinjaError) return {};
    throw error;
  }
}

/** Macros that call `config()` for the model that calls them. */
function configMacros(project: DbtProject): string[] {
  return memo(project, 'configMacros', () => {
    const names: string[] = [];
    for (const owner of project.packages.keys()) {
      for (const entry of project.macros.of(owner))
        if (/\{[{%][-+]?\s*(do\s+)?config\s*\(/.test(project.macros.textOf(entry)))
          names.push(`${entry.name}(`);
    }
    return names;
  });
}

/** The whole tag that starts at `start`: up to its closer, strings skipped. */
function tagAt(text: string, start: number): string {
  const closer = text[start + 1] === '%' ? '%}' : '}}';
  let depth = 0;
  for (let i = start + 2; i < text.length; i++) {
    const char = text[i] as string;
    if (char === '"' || char === "'") i = (lexString(text, i)?.end ?? text.length) - 1;
    else if ('([{'.includes(char)) depth++;
    else if (depth === 0 && text.startsWith(closer, i)) return text.slice(start, i + 2);
    else if (')]}'.includes(char)) depth--;
  }
  return text;
}

/** A relation with no more than the node's own name, for when configuration is only being read. */
function stub(project: DbtProject, node: DbtNode): Relation {
  const name = {
    ...(project.target.database !== undefined && { database: project.target.database }),
    schema: project.target.schema,
    identifier: node.name,
  };
  return new Relation({ name, adapter: project.target.type, quoting: project.quoting, type: null });
}

/** The relation that a node builds, or stands for where it is ephemeral (without the pseudo name). */
export function nodeRelation(project: DbtProject, node: DbtNode): Relation {
  return memo(project, `relation:${node.uniqueId}`, () => {
    const config = nodeConfig(project, node);
    const told = namedAsNow(project, node, config) ? toldName(project, node.uniqueId) : undefined;
    if (told) return relationOf(project, told, config);
    // Stands while the naming macros run, should they ask for the node's own relation.
    project.memo.set(`relation:${node.uniqueId}`, stub(project, node));
    const text = (key: string): string | undefined => {
      const value = config[key];
      return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
    };
    const schema = text('target_schema') ?? generated(project, node, 'schema', text('schema'));
    const database = text('target_database') ?? generated(project, node, 'database', text('database'));
    const identifier = generated(project, node, 'alias', text('alias')) ?? node.name;
    const name = {
      ...(database !== undefined && { database }),
      ...(schema !== undefined && { schema }),
      identifier,
    };
    return relationOf(project, name, config);
  });
}

function relationOf(project: DbtProject, name: RelationName, config: Config): Relation {
  const own = typeof config['quoting'] === 'object' ? (config['quoting'] as Config) : {};
  const quoting = quotingOf(own, project.quoting);
  return new Relation({ name, adapter: project.target.type, quoting, type: relationType(config) });
}

/** What a manifest calls it: dbt knew the environment that names may depend on. */
const toldName = (project: DbtProject, uniqueId: string): RelationName | undefined =>
  project.artifacts.nodes.get(uniqueId)?.relation;

/** Whether the manifest, which may be of an older commit, was made with the schema, database and alias that are configured now. */
function namedAsNow(project: DbtProject, node: DbtNode, config: Config): boolean {
  const then = project.artifacts.nodes.get(node.uniqueId);
  const written = then?.unrendered;
  if (then === undefined || written === undefined) return true;
  const plain = (value: unknown): string =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const base = baseConfig(project, node);
  return ['schema', 'database', 'alias'].every(
    // What a template or the file's own `config()` gave may depend on dbt's environment, which is not known here.
    (key) =>
      plain(written[key]).includes('{') ||
      plain(base[key]) !== plain(config[key]) ||
      plain(then.config[key]) === plain(config[key]),
  );
}

function relationType(config: Config): string {
  const materialized = config['materialized'];
  return materialized === 'view' || materialized === undefined ? 'view' : 'table';
}

/** dbt's naming macros: the project's own where it has them, else dbt's rule. */
function generated(
  project: DbtProject,
  node: DbtNode,
  what: 'schema' | 'database' | 'alias',
  custom: string | undefined,
): string | undefined {
  const macro = `generate_${what}_name`;
  const own =
    project.macros.find(project.name, macro) ??
    project.macros.find(project.name, `default__${macro}`) ??
    project.macros.find(project.name, `${project.target.type}__${macro}`);
  if (own === undefined) return byRule(project, node, what, custom);
  const value = project.macros.value(own);
  if (value === undefined) return byRule(project, node, what, custom);
  const session = new Session(project, 'full', node, nodeConfig(project, node), stub(project, node));
  const rt = new Runtime(own.path, { lookup: contextOf(session) });
  try {
    const lookup = contextOf(session);
    const result = rt.call(value, [custom ?? null, lookup('model') ?? fromJson({ name: node.name })]);
    const name = result instanceof Undefined ? '' : str(result).trim();
    if (rt.diagnostics.some((diagnostic) => diagnostic.severity === 'error'))
      report(project, own.path, rt.diagnostics[0]?.message ?? '');
    return name !== '' && name !== 'None' ? name : byRule(project, node, what, custom);
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error;
    report(project, own.path, error.message);
    return byRule(project, node, what, custom);
  }
}

function report(project: DbtProject, path: string, message: string): void {
  if (project.diagnostics.some((known) => known.path === path && known.message === message)) return;
  project.diagnostics.push({ code: 'dbt.naming_macro', severity: 'warning', message, path, fault: 'user' });
}

function byRule(
  project: DbtProject,
  node: DbtNode,
  what: 'schema' | 'database' | 'alias',
  custom: string | undefined,
): string | undefined {
  const { target } = project;
  const name = custom?.trim();
  if (what === 'database') return name ?? target.database;
  if (what === 'schema') return name === undefined ? target.schema : `${target.schema}_${name}`;
  return (
    name ?? (node.version === undefined ? node.name : `${node.name}_v${node.version.replaceAll('.', '_')}`)
  );
}

/** A source table's relation; its names may hold templates. */
export function sourceRelation(
  project: DbtProject,
  source: SourceProperties & { readonly package: string },
): Relation {
  return memo(project, `source:${source.package}:${source.source}.${source.name}`, () => {
    const text = (raw: string | undefined): string | undefined =>
      raw === undefined ? undefined : renderSetting(project, raw, source.package).trim();
    const database = text(source.database) ?? project.target.database;
    const schema = text(source.schema) ?? source.source;
    const identifier = text(source.identifier) ?? source.name;
    const quoting = quotingOf(source.quoting, project.quoting);
    const told = toldName(project, `source.${source.package}.${source.source}.${source.name}`);
    return new Relation({
      name: told ?? { ...(database !== undefined && database !== '' && { database }), schema, identifier },
      adapter: project.target.type,
      quoting,
      type: source.external ? 'external' : 'table',
    });
  });
}
