/** `lineage`: where a table's data comes from or goes to, table by table or column by column. */
import { Argument, Option, type Command } from 'commander';
import { positiveInteger } from './options.ts';
import { oneLine } from '../../knowledge/plain-text.ts';
import { readCards } from '../../store/cards.ts';
import { labelledEdges } from '../../store/edges.ts';
import { listTables } from '../../store/table-list.ts';
import { NothingFound } from '../exit.ts';
import { walkFlows, type Direction, type Flow, type Walk } from '../lineage-graph.ts';
import type { Terminal } from '../terminal.ts';
import { lineageDot, lineageMermaid, lineageTree, type NodeText } from '../lineage-print.ts';
import {
  findTable,
  reading,
  withReadOptions,
  type ReadOptions,
  type Reading,
  type RepoNight,
} from './reading.ts';

interface LineageOptions extends ReadOptions {
  readonly depth: number;
  readonly direction: Direction;
  /** True: all columns; else their names, with commas between. */
  readonly columns?: true | string;
  readonly format: 'tree' | 'mermaid' | 'dot' | 'json';
}

export function registerLineage(program: Command): void {
  withReadOptions(program.command('lineage'))
    .description('show where a table’s data comes from, or goes to')
    .addArgument(new Argument('<table>', 'a table id, or the end of one'))
    .option('--depth <n>', 'steps at most', positiveInteger, 4)
    .addOption(
      new Option('--direction <way>', 'up: to its sources; down: to its readers')
        .choices(['up', 'down'])
        .default('up'),
    )
    .option('--columns [names]', 'column by column: all of them, or those named, with commas between')
    .addOption(new Option('--format <format>').choices(['tree', 'mermaid', 'dot', 'json']).default('tree'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ tablelore lineage marts.orders --direction down\n  $ tablelore lineage orders --columns revenue --format mermaid',
    )
    .action((name: string, options: LineageOptions) =>
      reading(options, async (state) => {
        const at = await findTable(state, name);
        const { walk, text } = options.columns
          ? await columnWalk(state, at, options)
          : await tableWalk(state, at, options);
        const format = options.json ? 'json' : options.format;
        const lines = {
          tree: () => lineageTree(walk, text, treeStyle(state.terminal)),
          mermaid: () => lineageMermaid(withoutTop(walk), text),
          dot: () => lineageDot(withoutTop(walk), text),
          json: () => [JSON.stringify(asJson(at, withoutTop(walk), options.columns !== undefined))],
        };
        for (const line of lines[format]()) state.terminal.line(line);
      }),
    );
}

/** On a terminal, file names that would not fit are left out; elsewhere lines may be of any length. */
const treeStyle = ({ live, width, style }: Terminal) => ({
  ...(live ? { width } : {}),
  note: (text: string) => style('dim', text),
});

interface Pictured {
  readonly walk: Walk;
  readonly text: NodeText;
}

async function tableWalk(
  { db }: Reading,
  { repo, asOf, table }: RepoNight & { table: string },
  { direction, depth }: LineageOptions,
): Promise<Pictured> {
  const flows = (await labelledEdges(db, repo, asOf)).map((edge): Flow => ({
    from: edge.upstream,
    to: edge.table,
    kind: edge.kind,
  }));
  const paths = new Map((await listTables(db, repo, asOf)).map((listed) => [listed.table, listed.path]));
  return {
    walk: walkFlows(flows, table, direction, depth),
    text: { name: oneLine, note: (id) => oneLine(paths.get(id) ?? '') },
  };
}

/** From a table to its own columns: only there to give the tree one root. */
const hasColumn = '';
const columnNode = (table: string, column: string): string => JSON.stringify([table, column]);
const columnOf = (node: string): readonly [table: string, column: string] | null =>
  node.startsWith('[') ? (JSON.parse(node) as [string, string]) : null;

async function columnWalk(
  state: Reading,
  at: RepoNight & { table: string },
  options: LineageOptions,
): Promise<Pictured> {
  const { repo, asOf, table } = at;
  const { direction, depth } = options;
  const near = [...(await tableWalk(state, at, options)).walk.distance.keys()];
  const cards = (await readCards(state.db, repo, near, { asOf })).map(({ card }) => card);
  const own = cards.find((card) => card.table === table);
  const known = [...new Set([...(own?.columns ?? []), ...(own?.lineage ?? [])].map(({ column }) => column))];
  const asked =
    typeof options.columns === 'string' ? options.columns.split(',').map((name) => name.trim()) : null;
  const columns = known.filter((column) => asked === null || asked.some((name) => same(name, column)));
  const missing = asked?.find((name) => !known.some((column) => same(name, column)));
  if (missing !== undefined)
    throw new NothingFound(
      `${table} has no column "${missing}". It has ${known.join(', ') || 'none that is known'}.`,
    );
  const flows = cards.flatMap((card) =>
    card.lineage.flatMap(({ column, from }) =>
      from.map((source): Flow => ({
        from: columnNode(source.table, source.column),
        to: columnNode(card.table, column),
        kind: source.kind,
      })),
    ),
  );
  const tops = columns.map((column): Flow => {
    const node = columnNode(table, column);
    return direction === 'up'
      ? { from: node, to: table, kind: hasColumn }
      : { from: table, to: node, kind: hasColumn };
  });
  return {
    walk: walkFlows([...tops, ...flows], table, direction, depth + 1),
    text: {
      name: (node) => {
        const [owner, column] = columnOf(node) ?? [node];
        return oneLine(column === undefined ? owner : `${owner}.${column}`);
      },
    },
  };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Without the table that stands above its columns. */
function withoutTop(walk: Walk): Walk {
  const flows = walk.flows.filter(({ kind }) => kind !== hasColumn);
  if (flows.length === walk.flows.length) return walk;
  const distance = new Map(
    [...walk.distance].filter(([node]) => node !== walk.root).map(([node, steps]) => [node, steps - 1]),
  );
  return { ...walk, flows, distance };
}

function asJson({ repo, asOf, table }: RepoNight & { table: string }, walk: Walk, columns: boolean): object {
  const { direction } = walk;
  const named = (node: string): object => {
    const [owner, column] = columnOf(node) ?? [node];
    return { table: owner, ...(column === undefined ? {} : { column }) };
  };
  return {
    repo,
    asOf,
    table,
    direction,
    columns,
    nodes: [...walk.distance].map(([node, steps]) => ({
      ...named(node),
      distance: steps,
      goesOn: walk.cut.has(node),
    })),
    edges: walk.flows.map(({ from, to, kind }) => ({ from: named(from), to: named(to), kind })),
  };
}
