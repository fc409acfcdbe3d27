/** A query as people read it: blocks (CTEs, branches, subqueries, the query itself), each a chain of operators in the order in which rows flow. */
import type { BoundCte, BoundNode, BoundQuery } from '../bind/bound.ts';
import type { Schema } from '../bind/schema.ts';

export interface Block {
  /** A CTE's name, `branch 2 of orders`, `subquery`; `query` for what the table is filled with. */
  readonly name: string;
  readonly nodes: readonly BoundNode[];
  readonly schema: Schema;
}

/** What a block reads comes before it; a CTE that is used several times comes once. */
export function blocksOf(query: BoundQuery): Block[] {
  const blocks: Block[] = [];
  const seen = new Set<BoundCte>();
  const cte = (of: BoundCte): void => {
    if (seen.has(of)) return;
    seen.add(of);
    add(of.name, of.node, of.schema);
  };
  const add = (name: string, root: BoundNode, schema: Schema): void => {
    const nodes: BoundNode[] = [];
    for (let node: BoundNode | undefined = root; node; node = inputOf(node)) nodes.unshift(node);
    for (const node of nodes) {
      if (node.op === 'instance') cte(node.of);
      if (node.op === 'set')
        node.inputs.forEach((input, i) => add(`branch ${i + 1} of ${name}`, input.node, input.schema));
      if (node.op !== 'join') continue;
      const inner = plainSource(node.right);
      if (inner === null) add('subquery', node.right, schema);
      else if (inner.op === 'instance') cte(inner.of);
    }
    blocks.push({ name, nodes, schema });
  };
  add('query', query.node, query.schema);
  return blocks;
}

/** The operator whose rows this one works on; of a join the left side. */
export function inputOf(node: BoundNode): BoundNode | undefined {
  if (node.op === 'join') return node.left;
  return 'input' in node ? node.input : undefined;
}

/** What is read where an operator reads it as it is, but for columns computed on the way; null for a query of its own. */
export function plainSource(node: BoundNode): BoundNode | null {
  if (node.op === 'compute') return plainSource(node.input);
  return ['scan', 'instance', 'unnest', 'function', 'values', 'opaque'].includes(node.op) ? node : null;
}

/** Every operator of a query once, those behind CTEs included; not those of subqueries in expressions. */
export function allNodes(root: BoundNode): BoundNode[] {
  const seen = new Set<BoundNode>();
  const visit = (node: BoundNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.op === 'instance') visit(node.of.node);
    if (node.op === 'set') for (const input of node.inputs) visit(input.node);
    if (node.op === 'join') visit(node.right);
    const input = inputOf(node);
    if (input) visit(input);
  };
  visit(root);
  return [...seen];
}
