/** What a condition that every row meets says about its columns. */
import type { BoundExpression, BoundFilter, ColumnId } from '../bind/bound.ts';
import { deterministic, references, some } from '../bind/expressions.ts';
import { literalText } from './terms.ts';
import { matchCondition } from './match.ts';
import type { Predicate, Properties } from './properties.ts';
import { named, origin } from './prover.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';

export function deriveFilter(node: BoundFilter, prover: Prover): Properties {
  const known = prover.derive(node.input);
  for (const conjunct of node.conjuncts) assume(conjunct, known, prover, node.line);
  return known;
}

/** Adds the condition to what is known, as population and as facts about columns. */
export function assume(value: BoundExpression, known: Properties, prover: Prover, line?: number): void {
  const alone = unmatched(value, known);
  known.whole = new Set();
  known.predicates.push(predicate(alone?.condition ?? asMatch(value, prover) ?? value, line));
  if (alone) known.dependencies.push({ from: [], to: alone.row, why: reason('only rows without a match are kept', line) }); // prettier-ignore
  learn(value, known, prover, line);
}

/** `other.id IS NULL` behind an outer join. */
const unmatched = (value: BoundExpression, known: Properties) =>
  value.ex === 'unary' && value.op === 'IS NULL' && value.value.ex === 'ref' ? known.unmatched.get(value.value.id) : undefined; // prettier-ignore

/** The condition as one on a partner elsewhere, where it is one. */
function asMatch(value: BoundExpression, prover: Prover): BoundExpression | null {
  const negated = value.ex === 'unary' && value.op === 'NOT';
  const inner = negated ? value.value : value;
  if (inner.ex !== 'subquery' || inner.kind !== 'in' || inner.value?.ex !== 'ref') return null;
  const [column] = inner.query.schema.columns;
  if (column === undefined || inner.query.correlated.length > 0) return null;
  const some = !prover.derive(inner.query.node).whole.has(column.id);
  return matchCondition([{ left: inner.value.id, right: column.id }], { matched: !negated, some });
}

export function predicate(value: BoundExpression, line: number | undefined): Predicate {
  const run = some(value, (part) => part.ex === 'parameter');
  return { value, ...(line === undefined ? {} : { line }), ...(run ? { run: true } : {}) };
}

function learn(value: BoundExpression, known: Properties, prover: Prover, line: number | undefined): void {
  switch (value.ex) {
    case 'ref':
      known.notNull.add(value.id);
      fix(value.id, ['boolean:true'], known, prover, line, true);
      return;
    case 'unary':
      if (value.op === 'IS NULL' && value.value.ex === 'ref')
        fix(value.value.id, ['null'], known, prover, line, true);
      else if (value.op.startsWith('IS NOT') && value.op !== 'IS NOT TRUE' && value.op !== 'IS NOT FALSE')
        present(value.value, known);
      else if (value.op === 'IS TRUE') learn(value.value, known, prover, line);
      else if (value.op === 'NOT') learnNot(value.value, known, prover, line);
      return;
    case 'binary':
      learnComparison(value, known, prover, line);
      return;
    case 'in':
      present(value.value, known);
      if (value.value.ex === 'ref') {
        const list = value.list.map((item) => (item.ex === 'literal' ? literalText(item) : null));
        if (list.every((item) => item !== null) && list.length <= 32)
          fix(value.value.id, list, known, prover, line, true);
      }
      return;
    case 'between':
      present(value.value, known);
      return;
    case 'subquery':
      if (value.kind === 'in' && value.value) present(value.value, known);
      return;
    default:
  }
}

function learnNot(value: BoundExpression, known: Properties, prover: Prover, line: number | undefined): void {
  if (value.ex === 'ref') {
    known.notNull.add(value.id);
    fix(value.id, ['boolean:false'], known, prover, line, true);
  } else if (value.ex === 'unary' && value.op === 'IS NULL') present(value.value, known);
  else if (value.ex === 'in' || value.ex === 'between') present(value.value, known);
  else if (value.ex === 'binary' && comparisons.test(value.op)) {
    present(value.left, known);
    present(value.right, known);
  }
}

const comparisons = /^(=|==|<>|!=|<|<=|>|>=|LIKE|ILIKE|RLIKE|\+|-|\*)$/;

/** A condition over the value is true, so the value is not NULL. */
function present(value: BoundExpression, known: Properties): void {
  if (value.ex === 'ref') known.notNull.add(value.id);
  else if (value.ex === 'cast') present(value.value, known);
  else if (value.ex === 'binary' && comparisons.test(value.op)) {
    present(value.left, known);
    present(value.right, known);
  }
}

function learnComparison(
  value: Extract<BoundExpression, { ex: 'binary' }>,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  const { op, left, right } = value;
  if (op === 'OR') {
    learnEither(value, known, prover, line);
    return;
  }
  const nullSafe = op === 'IS NOT DISTINCT FROM' || op === '<=>';
  if (comparisons.test(op)) {
    present(left, known);
    present(right, known);
  }
  if (op === '=' || op === '==' || nullSafe) {
    if (left.ex === 'ref' && right.ex === 'ref') equate(left.id, right.id, known, prover, line);
    else if (left.ex === 'ref') fixTo(left.id, right, known, prover, line);
    else if (right.ex === 'ref') fixTo(right.id, left, known, prover, line);
  }
  const first = firstOnly(value, prover);
  if (first !== null) fix(first, ['number:1'], known, prover, line, true);
}

/** `rn <= 1` and `rn < 2` of numbers that begin at one. */
function firstOnly(value: Extract<BoundExpression, { ex: 'binary' }>, prover: Prover): ColumnId | null {
  const { op, left, right } = value;
  if (left.ex !== 'ref' || right.ex !== 'literal') return null;
  if (!((op === '<=' && right.value === '1') || (op === '<' && right.value === '2'))) return null;
  const definition = origin(prover, left.id);
  const ranks =
    definition?.kind === 'computed' &&
    definition.value.ex === 'window' &&
    /^(row_number|rank|dense_rank)$/.test(definition.value.call.name);
  return ranks ? left.id : null;
}

export function equate(
  a: ColumnId,
  b: ColumnId,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  const why = reason(() => `${prover.nameOf(a)} = ${prover.nameOf(b)}`, line);
  known.dependencies.push({ from: [a], to: [b], local: true, why }, { from: [b], to: [a], local: true, why });
  const values = known.values.get(a) ?? known.values.get(b);
  if (values) {
    if (!known.values.has(a)) known.values.set(a, values);
    if (!known.values.has(b)) known.values.set(b, values);
  }
}

/** `column = value`, where the value may be the same for all rows of a run. */
function fixTo(
  id: ColumnId,
  value: BoundExpression,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  if (value.ex === 'literal') {
    if (value.type !== 'null') fix(id, [literalText(value)], known, prover, line, true);
    return;
  }
  if (!deterministic(value)) return;
  const from = [...references(value)];
  if (some(value, (part) => part.ex === 'call' && part.aggregate === true)) return;
  const what = from.length > 0 ? `a value of ${named(prover, from)}` : 'one value for the whole run';
  known.dependencies.push({ from, to: [id], why: reason(() => `${prover.nameOf(id)} = ${what}`, line) });
}

function fix(
  id: ColumnId,
  values: readonly string[],
  known: Properties,
  prover: Prover,
  line: number | undefined,
  local: boolean,
): void {
  const before = known.values.get(id);
  const kept = before ? before.filter((value) => values.includes(value)) : values;
  known.values.set(id, kept.length > 0 ? kept : values);
  const [only] = values;
  if (values.length !== 1 || only === undefined) return;
  const text = only.slice(only.indexOf(':') + 1);
  known.dependencies.push({
    from: [],
    to: [id],
    ...(local ? { local: true } : {}),
    why: reason(
      () => `only rows with ${prover.nameOf(id)} ${only === 'null' ? 'IS NULL' : `= ${text}`} are kept`,
      line,
    ),
  });
}

/** `a = 1 OR a = 2`. */
function learnEither(
  value: BoundExpression,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  const options: string[] = [];
  let column: ColumnId | null = null;
  const visit = (part: BoundExpression): boolean => {
    if (part.ex !== 'binary') return false;
    if (part.op === 'OR') return visit(part.left) && visit(part.right);
    if (part.op !== '=' || part.left.ex !== 'ref' || part.right.ex !== 'literal') return false;
    if (column !== null && column !== part.left.id) return false;
    column = part.left.id;
    options.push(literalText(part.right));
    return true;
  };
  if (!visit(value) || column === null || options.length > 32) return;
  known.notNull.add(column);
  fix(column, [...new Set(options)], known, prover, line, true);
}
