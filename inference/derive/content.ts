/** What fills a table: the queries of its builds, and how they write. */
import type { Build, WriteMode } from '../../schema/contracts/facts.ts';
import type { Expression, Relation } from '../../schema/contracts/relation.ts';

export interface Query {
  readonly relation: Relation;
  readonly columns?: readonly string[];
}

export interface Content {
  readonly queries: readonly Query[];
  /** They are one build's: the first makes the table, once, and the others are its later runs. Else each of them runs every time. */
  readonly firstOnce: boolean;
  readonly mode: WriteMode;
  readonly uniqueKey: readonly string[];
  /** Later runs look for the same unique key in a part of the table only. */
  readonly matchesPart: boolean;
  readonly partitionBy: readonly string[];
  readonly line?: number;
}

const addsRows = (build: Build): boolean => !['define', 'update', 'delete'].includes(build.write);

/** All queries that fill the table, and how. A script that creates the table and then inserts into it is one query. */
export function contentOf(builds: readonly Build[]): Content {
  const filling = builds.filter((build) => addsRows(build) && build.relation);
  const [first, ...rest] = filling;
  const partitionBy =
    builds.find((build) => build.partitionBy && build.partitionBy.length > 0)?.partitionBy ?? [];
  if (!first) return { queries: [], firstOnce: false, mode: 'define', uniqueKey: [], matchesPart: false, partitionBy }; // prettier-ignore
  const line = first.lines[0];
  const matchesPart = filling.some((build) => build.matchesPart);
  const firstOnce = rest.length === 0 && first.incremental !== undefined;
  const base = { partitionBy, uniqueKey: uniqueKeyOf(filling), matchesPart, firstOnce, line };
  const updated = builds.some((build) => build.write === 'update');
  if (first.write === 'replace' && rest.length > 0 && rest.every((build) => build.write === 'append'))
    return { ...base, queries: [together(filling)], mode: updated ? 'update' : 'replace' };
  const modes = new Set(filling.map((build) => build.write));
  if (modes.size > 1) modes.delete('replace');
  const [only] = modes;
  const mode = modes.size === 1 && only ? only : 'append';
  return { ...base, queries: filling.flatMap(queriesOf), mode: updated ? 'update' : mode };
}

function queriesOf(build: Build): Query[] {
  const columns = build.columns && build.columns.length > 0 ? { columns: build.columns } : {};
  return [build.relation, build.incremental].flatMap((relation) =>
    relation ? [{ relation, ...columns }] : [],
  );
}

function together(builds: readonly Build[]): Query {
  const [first] = builds;
  const inputs = builds.flatMap((build): Relation[] =>
    build.relation
      ? [
          build.columns
            ? { op: 'alias', input: build.relation, name: 'inserted', columns: build.columns }
            : build.relation,
        ]
      : [],
  );
  const columns = first?.columns ? { columns: first.columns } : {};
  const byName = builds.every((build) => build.columns !== undefined);
  return {
    relation: { op: 'set', kind: 'union', all: true, inputs, ...(byName ? { byName } : {}) },
    ...columns,
  };
}

function uniqueKeyOf(builds: readonly Build[]): readonly string[] {
  const keys = builds.map((build) => build.uniqueKey ?? targetColumns(build.mergeOn));
  const [first] = keys.filter((key) => key.length > 0);
  const same = first && keys.every((key) => key.length === 0 || key.join('\n') === first.join('\n'));
  return same ? first : [];
}

/** The columns equated by a MERGE's condition; none when it says more than equalities of columns of the same name. */
function targetColumns(on: Expression | undefined): readonly string[] {
  if (!on) return [];
  if (on.ex !== 'binary') return [];
  if (on.op === 'AND') {
    const [left, right] = [targetColumns(on.left), targetColumns(on.right)];
    return left.length > 0 && right.length > 0 ? [...left, ...right] : [];
  }
  if (on.op !== '=' || on.left.ex !== 'column' || on.right.ex !== 'column') return [];
  return on.left.name.toLowerCase() === on.right.name.toLowerCase() ? [on.left.name] : [];
}
