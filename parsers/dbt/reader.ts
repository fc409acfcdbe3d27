/** Files of dbt projects: models, snapshots, seeds, singular tests, analyses, and properties in YAML. */
import type { FileFacts } from '../../schema/contracts/facts.ts';
import { fileName, findings, projectOf, textHash, type Reader } from '../reader.ts';
import { addModel, addSeed } from './facts/model.ts';
import { projectAt } from './facts/loaded.ts';
import { addProperties } from './facts/properties.ts';
import { currentHash, traceKey } from './facts/trace.ts';
import { withCompiled } from './compiled.ts';
import { nodeConfig } from './naming.ts';
import type { DbtProject } from './project.ts';
import { renderModel } from './render.ts';
import type { DbtNode, TableProperties } from './types.ts';

const version = 18;
const taken = /\.(sql|ya?ml|py|csv)$/i;
/** Folders of a project that hold no nodes and no properties of its own. */
const passedOver = /(^|\/)(target|logs|dbt_packages|dbt_modules|dbt_internal_packages)\//;
const settings = new Set([
  'dbt_project.yml',
  'dbt_project.yaml',
  'profiles.yml',
  'packages.yml',
  'dependencies.yml',
  'selectors.yml',
  'package-lock.yml',
]);

export const dbtReader: Reader = {
  name: 'dbt',
  version,
  match: (path, context) => {
    const place = projectOf(path, 'dbt', context);
    if (place === undefined || !taken.test(path) || settings.has(fileName(path))) return false;
    return !passedOver.test(path.startsWith(place.root) ? path.slice(place.root.length) : path);
  },
  read: (path, text, context): FileFacts | null => {
    const found = projectAt(path, context);
    return found === null ? null : readNodeOrProperties(found.project, found.place.root, path, text);
  },
};

function readNodeOrProperties(
  project: DbtProject,
  root: string,
  path: string,
  text: string,
): FileFacts | null {
  const out = findings();
  const trace: Record<string, string> = {};
  const note = (key: string, hash: string | null) => {
    if (hash !== null) trace[traceKey(root, key)] = hash;
  };
  const ask = (key: string) => note(key, currentHash(project, key));
  const lastLine = Math.max(1, text.replace(/\n$/, '').split('\n').length);
  const nodes = project.nodesAt(path).filter((node) => node.language !== 'yaml');
  for (const node of nodes) {
    if (node.type === 'seed') {
      ask(`relation:${node.uniqueId}`);
      addSeed(project, node, text, nodeConfig(project, node), out);
      continue;
    }
    const model = renderModel(project, node);
    if (model === undefined) continue;
    ask(`relation:${node.uniqueId}`);
    for (const [key, hash] of Object.entries(model.trace))
      if (currentHash(project, key) !== null) note(key, hash);
    ask(`compiled:${node.uniqueId}`);
    addModel(project, withCompiled(project, model), lastLine, out);
  }
  const properties = project.properties.at(path);
  if (properties)
    addProperties(
      project,
      properties.properties,
      (table) => nodesOf(project, table, properties.package),
      ask,
      out,
    );
  if (nodes.length === 0 && properties === undefined) return null;
  // A snapshot written in YAML builds its table from here.
  for (const node of project.nodesAt(path).filter((one) => one.language === 'yaml')) {
    const model = renderModel(project, node);
    if (model) addModel(project, model, node.endLine ?? node.line, out);
  }
  // Which project names there are decides what names mean; its hash stands for the way from the file to its nodes.
  trace[traceKey(root, 'target')] = currentHash(project, 'target') ?? textHash('');
  return { path, reader: 'dbt', version, dialect: project.dialect, ...out, trace };
}

/** The nodes that a properties entry describes: all versions of a model. */
function nodesOf(project: DbtProject, table: TableProperties, packageName: string): readonly DbtNode[] {
  const byName = (project.memo.get('nodes-by-name') ??
    Map.groupBy(
      project.nodes.values(),
      (node) => `${node.package} ${node.type} ${node.name}`,
    )) as ReadonlyMap<string, DbtNode[]>;
  project.memo.set('nodes-by-name', byName);
  return byName.get(`${packageName} ${table.kind} ${table.name}`) ?? [];
}
