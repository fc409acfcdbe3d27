/** dbt's compiled SQL in place of a render, where dbt compiled the same text. */
import type { Segment } from '../jinja/jinja.ts';
import type { DbtProject } from './project.ts';
import { compiledFrom } from './run-artifacts.ts';
import type { DbtNode, RenderedModel } from './types.ts';

/** The compiled text of a node as its file is now; '' where there is none. */
export const compiledText = (project: DbtProject, node: DbtNode): string =>
  node.language === 'sql'
    ? (compiledFrom(project.artifacts, node.uniqueId, project.textOf(node.path) ?? '') ?? '')
    : '';

const ink = (text: string): string => text.replace(/\s+/g, ' ').trim();

/**
 * A model that dbt compiled, with dbt's text. Where both texts are the same, ours stays: it knows its lines. So it does for models whose text differs between a
 * first and a later run, since dbt's is one of the two and does not say which.
 */
export function withCompiled(project: DbtProject, model: RenderedModel): RenderedModel {
  const { node } = model;
  const sql = compiledText(project, node);
  if (sql === '' || model.incremental !== undefined || ink(sql) === ink(model.full.sql)) return model;
  const lineMap = alignLines(sql, project.textOf(node.path) ?? '', node.path);
  const { sql: own, others } = model.full;
  const all = others?.flatMap(({ by, sql: other }) => [own, other].map((text) => ({ by, sql: text })));
  return { ...model, full: { sql, lineMap, ...(all && { others: all }) }, diagnostics: [] };
}

/**
 * Compiled lines that also stand in the source keep their place. Between two such lines those of as many lines stand for each other; else they belong to the
 * line before.
 */
function alignLines(compiled: string, source: string, path: string): Segment[] {
  const [made, written] = [compiled, source].map((text) => text.split('\n').map((line) => line.trim())) as [
    string[],
    string[],
  ];
  const places = Map.groupBy(written.keys(), (index) => written[index] ?? '');
  const anchors: [number, number][] = [];
  for (const [index, text] of made.entries()) {
    const last = anchors.at(-1)?.[1] ?? -1;
    const place = text === '' ? undefined : places.get(text)?.find((line) => line > last);
    if (place !== undefined) anchors.push([index, place]);
  }
  const segments: Segment[] = [];
  let [from, line] = [-1, -1];
  for (const [next, place] of [...anchors, [made.length, written.length] as const]) {
    const alike = next - from === place - line;
    for (let index = from + 1; index < next; index++) {
      const at = Math.max(1, alike ? line + index - from + 1 : line + 1);
      segments.push({ from: index + 1, path, line: at, call: at, flows: false });
    }
    if (next < made.length)
      segments.push({ from: next + 1, path, line: place + 1, call: place + 1, flows: false });
    [from, line] = [next, place];
  }
  return segments;
}
