/** Walks along lineage from one node, for tables and for columns alike. Pure. */

/** Data flows from `from` to `to`. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  /** How: `reads`, `merges`, `copies`, `orders_after` between tables; the kind of a step between columns. */
  readonly kind: string;
}

export type Direction = 'up' | 'down';

export interface Walk {
  readonly root: string;
  readonly direction: Direction;
  /** Nodes with their distance from the root, nearest first. */
  readonly distance: ReadonlyMap<string, number>;
  /** Flows along which the walk went, in its order. */
  readonly flows: readonly Flow[];
  /** Nodes at the last level from which it would go on. */
  readonly cut: ReadonlySet<string>;
}

/** Breadth first, at most `depth` steps; each node once, so that cycles end. */
export function walkFlows(all: Iterable<Flow>, root: string, direction: Direction, depth: number): Walk {
  const next = Map.groupBy(all, (flow) => (direction === 'up' ? flow.to : flow.from));
  const distance = new Map([[root, 0]]);
  const flows: Flow[] = [];
  const cut = new Set<string>();
  let level = [root];
  for (let step = 0; level.length > 0; step += 1) {
    const found: string[] = [];
    for (const node of level) {
      const on = next.get(node) ?? [];
      if (step === depth) {
        if (on.length > 0) cut.add(node);
        continue;
      }
      for (const flow of on) {
        flows.push(flow);
        const far = farEnd(flow, direction);
        if (distance.has(far)) continue;
        distance.set(far, step + 1);
        found.push(far);
      }
    }
    level = found;
  }
  return { root, direction, distance, flows, cut };
}

/** The end of a flow that a walk in this direction comes to. */
export const farEnd = (flow: Flow, direction: Direction): string =>
  direction === 'up' ? flow.from : flow.to;

/** The end that it comes from. */
export const nearEnd = (flow: Flow, direction: Direction): string =>
  direction === 'up' ? flow.to : flow.from;
