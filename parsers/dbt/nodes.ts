/** Files → dbt's nodes, by the folders that the project names. */
import { own } from '../../schema/contracts/own.ts';
import { baseName, foldersBelow, innermost, isUnder } from './paths.ts';
import type { ProjectFile } from './project-file.ts';
import type { DbtNode, NodeType } from './types.ts';

const SNAPSHOT_BLOCK = /\{%[-+]?\s*snapshot\s+(\w+)\s*[-+]?%\}|\{%[-+]?\s*endsnapshot\s*[-+]?%\}/g;

const LANGUAGES: Readonly<Record<string, DbtNode['language']>> = { sql: 'sql', py: 'python', csv: 'csv' };

/** The nodes of one file; none for files that are no node of this package. */
export function nodesOf(project: ProjectFile, path: string, text: string): DbtNode[] {
  const language = own(LANGUAGES, path.slice(path.lastIndexOf('.') + 1));
  if (language === undefined) return [];
  const place = placeOf(project, path);
  if (place === undefined) return [];
  const { type, folder } = place;
  if ((type === 'seed') !== (language === 'csv')) return [];
  if (language === 'python' && type !== 'model') return [];
  if (type === 'test' && isUnder(path, `${folder}/generic`)) return [];
  const blocks =
    type === 'snapshot' || (type === 'model' && text.includes('endsnapshot'))
      ? snapshotBlocks(project, path, text, folder)
      : [];
  if (type === 'snapshot' || blocks.length > 0) return blocks;
  return [node(project, type, language, path, folder, stem(path), 1)];
}

/** Longest matching folder wins; a folder may serve two kinds (tests below models, say). */
function placeOf(project: ProjectFile, path: string): { type: NodeType; folder: string } | undefined {
  const types: NodeType[] = path.endsWith('.csv') ? ['seed'] : ['model', 'snapshot', 'test', 'analysis'];
  let best: { type: NodeType; folder: string } | undefined;
  for (const type of types) {
    const folder = innermost(project.paths[type], path);
    if (folder !== undefined && (best === undefined || folder.length > best.folder.length))
      best = { type, folder };
  }
  return best;
}

function stem(path: string): string {
  return baseName(path).replace(/\.[^.]*$/, '');
}

function node(
  project: ProjectFile,
  type: NodeType,
  language: DbtNode['language'],
  path: string,
  folder: string,
  name: string,
  line: number,
): DbtNode {
  const folders = foldersBelow(folder, path);
  const fqn =
    type === 'snapshot' ? [project.name, ...folders, stem(path), name] : [project.name, ...folders, name];
  return {
    uniqueId: `${type}.${project.name}.${name}`,
    type,
    language,
    name,
    package: project.name,
    path,
    line,
    fqn,
  };
}

function snapshotBlocks(project: ProjectFile, path: string, text: string, folder: string): DbtNode[] {
  const nodes: DbtNode[] = [];
  let line = 1;
  let at = 0;
  for (const match of text.matchAll(SNAPSHOT_BLOCK)) {
    for (; at < match.index; at++) if (text.charCodeAt(at) === 10) line++;
    const [, name] = match;
    const open = nodes.at(-1);
    if (name !== undefined) nodes.push(node(project, 'snapshot', 'sql', path, folder, name, line));
    else if (open) nodes[nodes.length - 1] = { ...open, endLine: line };
  }
  return nodes;
}
