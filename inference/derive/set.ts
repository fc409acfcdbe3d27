/** UNION: the branches are keyed together only if something tells them apart. */
import type { BoundSet, ColumnId } from '../bind/bound.ts';
import type { Dependencies } from './dependencies.ts';
import { dependenciesOf, hopesOf, properties } from './properties.ts';
import type { Predicate, Properties, Term } from './properties.ts';
import { named } from './prover.ts';
import type { Prover } from './prover.ts';
import { visibleKeys } from './project.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';
import { noNames, renderExpression } from './render.ts';
import { replaceColumns } from './replace.ts';

interface Branch {
  readonly known: Properties;
  readonly dependencies: Dependencies;
  /** With what is likely. */
  readonly hopes: Dependencies;
  /** Its columns, by position of the union's columns. */
  readonly columns: readonly ColumnId[];
}

export function deriveSet(node: BoundSet, prover: Prover): Properties {
  const branches = node.inputs.map((input, i): Branch => {
    const known = prover.derive(input.node);
    return {
      known,
      dependencies: dependenciesOf(known),
      hopes: hopesOf(known),
      columns: node.columns.map((column) => column.from[i] ?? -1),
    };
  });
  const union = properties([node.row]);
  const ids = node.columns.map((column) => column.id);
  shared(union, ids, branches);
  union.dependencies.push({
    from: [node.row],
    to: ids,
    why: reason('a row has one value a column', node.line),
  });
  union.unkeyed.add(node.row);
  const key = (positions: readonly number[], why: Reason, weak = false): void => {
    const from = positions.map((position) => ids[position] ?? -1);
    union.unkeyed.delete(node.row);
    union.dependencies.push({
      from,
      to: [node.row],
      why,
      ...(weak ? { weak: from } : {}),
    });
  };
  if (!node.all && !node.schema.open)
    key(
      ids.map((_, i) => i),
      reason('UNION: no two rows are the same in all columns', node.line),
    );
  if (branches.length === 1) return union;
  for (const position of ids.keys()) {
    const apart = tellsApart(position, branches);
    if (!apart) continue;
    const found = keyWith(position, branches, prover);
    if (!found) continue;
    const why = reason(
      () => `${named(prover, [ids[position] ?? -1])} tells the branches of the union apart: ${apart}`,
      node.line,
      found.because,
    );
    key(found.positions, why, found.weak);
  }
  const likely = keyWith(null, branches, prover);
  if (likely)
    union.likely.push({
      from: likely.positions.map((position) => ids[position] ?? -1),
      to: [node.row],
      why: { ...reason('the branches of the union have different rows', node.line, likely.because), rests: ['branches of unions have different rows'], assumed: true }, // prettier-ignore
    });
  if (union.unkeyed.has(node.row) && sameRows(node, branches, prover)) union.unkeyed.delete(node.row);
  return union;
}

/** What holds in every branch holds in the union. */
function shared(union: Properties, ids: readonly ColumnId[], branches: readonly Branch[]): void {
  const [first, ...others] = branches;
  if (!first) return;
  for (const [position, id] of ids.entries()) {
    const at = (branch: Branch): ColumnId => branch.columns[position] ?? -1;
    if (branches.every((branch) => branch.known.notNull.has(at(branch)))) union.notNull.add(id);
    const values = branches.map((branch) => branch.known.values.get(at(branch)));
    if (values.every((list) => list !== undefined)) {
      const all = [...new Set(values.flat())];
      if (all.length <= 32) union.values.set(id, all);
      if (all.length === 1)
        union.dependencies.push({ from: [], to: [id], why: reason('all branches have the same constant') });
    }
  }
  const renames = branches.map(
    (branch) => new Map(branch.columns.map((column, position) => [column, ids[position] ?? -1] as const)),
  );
  const translated = (predicate: Predicate, i: number): Predicate => ({
    ...predicate,
    value: replaceColumns(predicate.value, renames[i] ?? new Map<ColumnId, ColumnId>()),
  });
  const everywhere = others.map(
    (branch, i) =>
      new Set(branch.known.predicates.map((predicate) => JSON.stringify(translated(predicate, i + 1).value))),
  );
  for (const predicate of first.known.predicates) {
    const moved = translated(predicate, 0);
    if (everywhere.every((texts) => texts.has(JSON.stringify(moved.value)))) union.predicates.push(moved);
  }
}

/** How a column differs between each two branches, in words; null when it may not. */
function tellsApart(position: number, branches: readonly Branch[]): string | null {
  const values = branches.map((branch) => branch.known.values.get(branch.columns[position] ?? -1));
  if (values.every((list) => list !== undefined) && disjoint(values)) {
    return values
      .map((list) => list.slice(0, 3).map(textOf).join(' or '))
      .slice(0, 6)
      .join('; ');
  }
  const terms = branches.map((branch) => branch.known.terms.get(branch.columns[position] ?? -1));
  return terms.every((term) => term !== undefined) ? differentParts(terms) : null;
}

const textOf = (value: string): string => value.slice(value.indexOf(':') + 1);

function disjoint(lists: readonly (readonly string[])[]): boolean {
  const all = lists.flatMap((list) => [...new Set(list)]);
  const loose = new Set(all.map(textOf));
  return loose.size === all.length;
}

/** Values that are put together alike, with different literals in one place. */
function differentParts(terms: readonly Term[]): string | null {
  const [first] = terms;
  if (!first || terms.some((term) => term.shape !== first.shape || term.parts.length !== first.parts.length))
    return null;
  for (const i of first.parts.keys()) {
    const parts = terms.map((term) => term.parts[i]);
    const literals = parts.filter((part) => part !== null && part !== undefined);
    if (literals.length !== terms.length || new Set(literals.map(textOf)).size !== terms.length) continue;
    if (!first.shape.includes('concat(') || noneBeginsAnother(terms.map((term) => literalFrom(term, i))))
      return `it is made with ${literals.slice(0, 6).map(textOf).join('; ')}`;
  }
  return null;
}

/** The text that stands in the value from this part to the next column. */
function literalFrom({ parts }: Term, from: number): string {
  const end = parts.indexOf(null, from);
  return parts.slice(from, end === -1 ? parts.length : end).map((part) => textOf(part ?? '')).join(''); // prettier-ignore
}

/** `'a' || x` and `'ab' || y` may be one text. */
const noneBeginsAnother = (texts: readonly string[]): boolean =>
  texts.every((text, i) => texts.every((other, j) => i === j || !other.startsWith(text)));

/** Positions that, with the one that tells the branches apart, are a key of every branch; null: that are a key of every branch, as far as is likely. */
function keyWith(
  position: number | null,
  branches: readonly Branch[],
  prover: Prover,
): { positions: number[]; weak: boolean; because: Reason[] } | null {
  const [first] = branches;
  if (!first) return null;
  const begin = position === null ? [] : [position];
  const candidates: number[][] = [begin];
  const ofBranch = (branch: Branch): Dependencies => (position === null ? branch.hopes : branch.dependencies);
  for (const branch of [first, branches[branches.length - 1] ?? first]) {
    const visible = new Set(branch.columns);
    for (const found of visibleKeys(branch.known, ofBranch(branch), visible, 4, prover))
      candidates.push([...begin, ...found.columns.map((id) => branch.columns.indexOf(id))]);
  }
  const union = new Set(begin);
  for (const branch of branches.slice(0, 12)) {
    const [best] = visibleKeys(branch.known, ofBranch(branch), new Set(branch.columns), 1, prover);
    for (const id of best?.columns ?? []) union.add(branch.columns.indexOf(id));
  }
  candidates.push([...union]);
  for (const candidate of candidates) {
    const positions = [...new Set(candidate)];
    const proofs = branches.map((branch) =>
      ofBranch(branch).determines(
        positions.map((i) => branch.columns[i] ?? -1),
        branch.known.row,
      ),
    );
    if (!proofs.every((proof) => proof !== null)) continue;
    return {
      positions,
      weak: proofs.some((proof) => proof.weak),
      because: proofs.flatMap((proof) => proof.used.map((dependency) => dependency.why)),
    };
  }
  return null;
}

/** Two branches that read the same rows give them twice. */
function sameRows(node: BoundSet, branches: readonly Branch[], prover: Prover): boolean {
  const texts = new Set<string>();
  for (const [i, branch] of branches.entries()) {
    const input = node.inputs[i];
    if (!input) continue;
    const text = JSON.stringify([
      branch.columns.map((id) => renderExpression({ ex: 'ref', id }, prover, noNames)),
      branch.known.predicates.map((predicate) => renderExpression(predicate.value, prover, noNames)),
    ]);
    if (texts.has(text) && branch.known.unkeyed.size === 0) return true;
    texts.add(text);
  }
  return false;
}
