/** Order of tables by what they read. */

export interface Levels {
  /** 0 for tables that read none of the others; else one more than the highest that is read. Members of a cycle share a level. */
  readonly levelOf: ReadonlyMap<string, number>;
  /** Groups of tables that read each other in a circle, and tables that read themselves are not among them. */
  readonly cycles: readonly (readonly string[])[];
}

/** Tarjan's strongly connected components (R. Tarjan, 1972), without recursion; linear in tables and edges. */
export function computeLevels(
  tables: Iterable<string>,
  readsOf: (table: string) => Iterable<string>,
): Levels {
  const known = new Set(tables);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const onStack = new Set<string>();
  const stack: string[] = [];
  const levelOf = new Map<string, number>();
  const cycles: string[][] = [];

  const close = (root: string) => {
    const members: string[] = [];
    for (let table = stack.pop(); table !== undefined; table = stack.pop()) {
      onStack.delete(table);
      members.push(table);
      if (table === root) break;
    }
    const inside = new Set(members);
    let level = 0;
    for (const member of members) {
      for (const read of readsOf(member))
        if (!inside.has(read)) level = Math.max(level, (levelOf.get(read) ?? -1) + 1);
    }
    for (const member of members) levelOf.set(member, level);
    if (members.length > 1) cycles.push(members.sort());
  };

  for (const start of known) {
    if (index.has(start)) continue;
    const work: { table: string; reads: Iterator<string> }[] = [];
    const enter = (table: string) => {
      index.set(table, index.size);
      low.set(table, index.get(table) as number);
      stack.push(table);
      onStack.add(table);
      work.push({ table, reads: readsOf(table)[Symbol.iterator]() });
    };
    enter(start);
    while (work.length > 0) {
      const frame = work[work.length - 1] as { table: string; reads: Iterator<string> };
      const next = frame.reads.next();
      if (!next.done) {
        if (!known.has(next.value)) continue;
        if (!index.has(next.value)) enter(next.value);
        else if (onStack.has(next.value)) {
          low.set(frame.table, Math.min(low.get(frame.table) as number, index.get(next.value) as number));
        }
        continue;
      }
      work.pop();
      const parent = work[work.length - 1];
      if (parent)
        low.set(parent.table, Math.min(low.get(parent.table) as number, low.get(frame.table) as number));
      if (low.get(frame.table) === index.get(frame.table)) close(frame.table);
    }
  }
  return { levelOf, cycles };
}
