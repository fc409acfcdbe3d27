/** A walk along lineage as a tree, as Mermaid and as DOT. Pure. */
import { farEnd, nearEnd, type Walk } from './lineage-graph.ts';
import { drawTree, type TreeNode, type TreeStyle } from './tree.ts';

export interface NodeText {
  /** What stands for a node. */
  name(node: string): string;
  /** What is said beside it, such as the file that builds it; empty: nothing. */
  note?(node: string): string;
}

/** Kinds that go without saying. */
const plain = new Set(['reads', 'copy']);

/** A node that is reached on several ways is drawn out once, where the tree first comes to it. */
export function lineageTree(walk: Walk, text: NodeText, style?: TreeStyle): string[] {
  const { direction, cut } = walk;
  const next = Map.groupBy(walk.flows, (flow) => nearEnd(flow, direction));
  const open = new Set(walk.distance.keys());
  const node = (id: string, kind: string): TreeNode => {
    const drawn = !open.delete(id) && next.has(id);
    const about = [
      kind === '' || plain.has(kind) ? '' : kind.replaceAll('_', ' '),
      drawn ? 'see above' : '',
      cut.has(id) ? '…' : '',
    ].filter(Boolean);
    return {
      text: `${text.name(id)}${about.length > 0 ? ` (${about.join(', ')})` : ''}`,
      note: text.note?.(id) ?? '',
      children: drawn ? [] : (next.get(id) ?? []).map((flow) => node(farEnd(flow, direction), flow.kind)),
    };
  };
  return drawTree(node(walk.root, ''), style);
}

/** What was asked about: the table, or its columns. */
const starts = ({ distance }: Walk): string[] =>
  [...distance].flatMap(([node, steps]) => (steps === 0 ? [node] : []));

/** A flowchart, data flowing to the right. */
export function lineageMermaid(walk: Walk, text: NodeText): string[] {
  const ids = new Map([...walk.distance.keys()].map((node, index) => [node, `n${index}`]));
  const quoted = (label: string) =>
    `"${label.replace(/[#"<>]/g, (sign) => `#${sign.codePointAt(0) ?? 0};`)}"`;
  return [
    'flowchart LR',
    ...[...ids].map(([node, id]) => `  ${id}[${quoted(text.name(node))}]`),
    ...walk.flows.map(
      ({ from, to, kind }) =>
        `  ${ids.get(from) ?? ''} ${kind === 'orders_after' ? '-.->' : '-->'}${plain.has(kind) ? '' : `|${quoted(kind.replaceAll('_', ' '))}|`} ${ids.get(to) ?? ''}`,
    ),
    ...starts(walk).map((node) => `  style ${ids.get(node) ?? ''} stroke-width:3px`),
  ];
}

/** A digraph for Graphviz. */
export function lineageDot(walk: Walk, text: NodeText): string[] {
  const quoted = (label: string) => `"${label.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  const name = (node: string) => quoted(text.name(node));
  return [
    'digraph lineage {',
    '  rankdir=LR;',
    '  node [shape=box];',
    ...starts(walk).map((node) => `  ${name(node)} [penwidth=3];`),
    ...walk.flows.map(({ from, to, kind }) => {
      const style = [
        ...(plain.has(kind) ? [] : [`label=${quoted(kind.replaceAll('_', ' '))}`]),
        ...(kind === 'orders_after' ? ['style=dashed'] : []),
      ];
      return `  ${name(from)} -> ${name(to)}${style.length > 0 ? ` [${style.join(', ')}]` : ''};`;
    }),
    '}',
  ];
}
