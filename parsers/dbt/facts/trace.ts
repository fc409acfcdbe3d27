/** What facts of a dbt file rest on beyond the file: answers of the project, by key, and whether they are still the same. */
import { textHash } from '../../reader.ts';
import { columnsByKey } from '../columns.ts';
import { compiledText } from '../compiled.ts';
import { graphAnswer } from '../graph-objects.ts';
import { baseConfig, nodeRelation, sourceRelation } from '../naming.ts';
import type { DbtProject } from '../project.ts';
import { refAnswer } from '../ref-question.ts';
import { macroHash } from '../render.ts';
import { staleWords } from '../run-artifacts.ts';
import { testConfig } from './test-config.ts';
import { testsAnswer } from './test-runs.ts';

/** Marks trace entries of the project at `root`. */
export const traceKey = (root: string, key: string): string => `dbt:${root}|${key}`;

/** The root and key of a trace entry; null when it is of something else. */
export function readTraceKey(entry: string): { root: string; key: string } | null {
  const bar = entry.indexOf('|');
  return entry.startsWith('dbt:') && bar > 0
    ? { root: entry.slice(4, bar), key: entry.slice(bar + 1) }
    : null;
}

const hashed = (answer: string): string => (answer === '' ? '' : textHash(answer));

/** The hash that a key has now; null for keys that never change within one version of tablelore. */
export function currentHash(project: DbtProject, key: string): string | null {
  const colon = key.indexOf(':');
  const [kind, name] = colon < 0 ? [key, ''] : [key.slice(0, colon), key.slice(colon + 1)];
  switch (kind) {
    case 'config': {
      const node = project.nodes.get(name);
      return node === undefined ? '' : textHash(JSON.stringify(baseConfig(project, node)));
    }
    case 'macro': {
      const dot = name.indexOf('.');
      const entry = project.macros.find(name.slice(0, dot), name.slice(dot + 1));
      return entry ? macroHash(project, entry.path) : '';
    }
    case 'ref':
      return hashed(refAnswer(project, name));
    case 'relation':
      return hashed(relationAnswer(project, name));
    case 'source': {
      const dot = name.indexOf('.');
      const found = project.properties.source(name.slice(0, dot), name.slice(dot + 1), project.name);
      return hashed(found ? sourceRelation(project, found).str() : '');
    }
    case 'var':
      return hashed(JSON.stringify(project.variable(name, project.name)) ?? '');
    case 'target': {
      const { target } = project;
      return hashed(JSON.stringify([target.name, target.type, target.database, target.schema]));
    }
    case 'graph':
      return hashed(graphAnswer(project));
    case 'doc':
      return hashed(project.properties.doc(name) ?? '');
    case 'compiled': {
      const node = project.nodes.get(name);
      return hashed(node === undefined ? '' : compiledText(project, node));
    }
    case 'tests':
      return hashed(testsAnswer(project, name));
    case 'test-config':
      return hashed(JSON.stringify(testConfig(project, name)));
    case 'stale':
      return hashed(staleWords(project.artifacts, name) ?? '');
    case 'columns':
      return hashed(JSON.stringify(columnsByKey(project, name) ?? null));
    default:
      return null;
  }
}

/** The answer to `relation:<unique id>`: what the node is called in the warehouse. */
function relationAnswer(project: DbtProject, uniqueId: string): string {
  const node = project.nodes.get(uniqueId);
  return node === undefined ? '' : nodeRelation(project, node).str();
}
