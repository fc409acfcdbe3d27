/** Columns computed within a row, or over a window of rows. */
import type { BoundColumn, BoundCompute, BoundExpression, BoundWindow, ColumnId } from '../bind/bound.ts';
import { deterministic, references, some } from '../bind/expressions.ts';
import type { Dependency } from './dependencies.ts';
import { inverse } from './injective.ts';
import { constantOf, termOf } from './terms.ts';
import { notNull } from './nulls.ts';
import { dependenciesOf } from './properties.ts';
import type { Properties } from './properties.ts';
import { named } from './prover.ts';
import type { Prover } from './prover.ts';
import { reason } from './reason.ts';
import type { Reason } from './reason.ts';

export function deriveCompute(node: BoundCompute, prover: Prover): Properties {
  const known = prover.derive(node.input);
  for (const column of node.columns)
    addColumn(node.line === undefined ? column : { line: node.line, ...column }, known, prover);
  return known;
}

/** `grouped`: over the rows of groups that are not empty. */
export function addColumn(column: BoundColumn, known: Properties, prover: Prover, grouped = false): void {
  const { id, value, line } = column;
  if (value.ex === 'window') addWindow(id, value, known, prover, line);
  else addValue(id, value, known, prover, line);
  if (notNull(value, known, grouped)) known.notNull.add(id);
}

const isAggregate = (part: BoundExpression): boolean => part.ex === 'call' && part.aggregate === true;
const today =
  /^(current_(date|time|timestamp|datetime)|now|getdate|sysdate|localtime|localtimestamp|last_query_id)$/;
const variesByRun = (part: BoundExpression): boolean =>
  part.ex === 'parameter' || part.ex === 'subquery' || (part.ex === 'call' && today.test(part.name));

function addValue(
  id: ColumnId,
  value: BoundExpression,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  const text = (): string => `${prover.nameOf(id)} is computed from ${named(prover, [...references(value)])}`;
  if (!deterministic(value) || some(value, isAggregate)) {
    known.dependencies.push({ from: [...known.row], to: [id], why: reason(text, line) });
    return;
  }
  const local: Pick<Dependency, 'local'> = some(value, variesByRun) ? {} : { local: true };
  known.dependencies.push({ from: [...references(value)], to: [id], why: reason(text, line), ...local });
  const values = possibleValues(value, known);
  if (values) known.values.set(id, values);
  const term = termOf(value, known, prover);
  if (term && (term.shape !== '?' || term.parts[0] !== null)) known.terms.set(id, term);
  const back = inverse(value, known, prover);
  if (back && back.columns.length > 0)
    known.dependencies.push({
      from: [id],
      to: back.columns,
      ...(back.present.length > 0 ? { present: back.present } : {}),
      ...local,
      ...(back.weak ? { weak: [id] } : {}),
      why: {
        text: () => `${prover.nameOf(id)} keeps ${named(prover, back.columns)} apart`,
        ...(line === undefined ? {} : { line }),
        ...(back.rests.length > 0 ? { rests: back.rests } : {}),
        ...(back.assumed ? { assumed: true } : {}),
      },
    });
  joinedValue(id, value, known, line);
}

/** The literals that the value can be; null when it can be others. */
function possibleValues(value: BoundExpression, known: Properties): readonly string[] | null {
  const constant = constantOf(value, known);
  if (constant !== null) return [constant];
  if (value.ex === 'ref') return known.values.get(value.id) ?? null;
  if (value.ex !== 'case') return null;
  const results = [
    ...value.branches.map((branch) => branch.then),
    ...(value.otherwise ? [value.otherwise] : []),
  ];
  const found = results.map((result) => possibleValues(result, known));
  if (found.some((values) => values === null)) return null;
  const all = new Set(found.flatMap((values) => values ?? []));
  if (!value.otherwise) all.add('null');
  return all.size <= 32 ? [...all] : null;
}

/** `coalesce(a.k, b.k)` of a full join on `a.k = b.k`. */
function joinedValue(
  id: ColumnId,
  value: BoundExpression,
  known: Properties,
  line: number | undefined,
): void {
  if (value.ex !== 'call' || !/^(coalesce|ifnull|nvl)$/.test(value.name)) return;
  const [a, b] = value.args;
  if (a?.ex !== 'ref' || b?.ex !== 'ref') return;
  for (const join of known.fullJoins) {
    const pair = join.pairs.find(
      ({ left, right }) => (left === a.id && right === b.id) || (left === b.id && right === a.id),
    );
    if (!pair || pair.taken !== undefined) continue;
    pair.taken = id;
    const taken = join.pairs.flatMap((each) => (each.taken === undefined ? [] : [each.taken]));
    if (taken.length === join.pairs.length)
      known.dependencies.push({
        from: taken,
        to: join.rows,
        weak: taken,
        why: reason('the full join gives each key once', line, [join.why]),
      });
  }
}

function addWindow(
  id: ColumnId,
  window: BoundWindow,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): void {
  const { name } = window.call;
  known.dependencies.push({
    from: [...known.row],
    to: [id],
    why: reason(() => `${prover.nameOf(id)} is one value a row`, line),
  });
  const over = window.partitionBy;
  if (name === 'row_number') {
    known.dependencies.push({
      from: [...over, id],
      to: [...known.row],
      why: reason(
        () =>
          `row_number() numbers the rows of each ${over.length === 0 ? 'result' : named(prover, over)} without ties`,
        line,
      ),
    });
    return;
  }
  if (name === 'rank' || name === 'dense_rank') {
    const ties = tiesImpossible(window, known, prover, line);
    if (ties) known.dependencies.push({ from: [...over, id], to: [...known.row], why: ties });
    return;
  }
  if (
    window.orderBy.length === 0 &&
    window.frame === undefined &&
    !/^(lag|lead|ntile|nth_value|first_value|last_value)$/.test(name)
  )
    known.dependencies.push({
      from: [...over],
      to: [id],
      why: reason(() => `${name}() over ${named(prover, over)} is the same for all its rows`, line),
    });
}

/** Ranks are different when what they order by tells the rows of a partition apart. */
function tiesImpossible(
  window: BoundWindow,
  known: Properties,
  prover: Prover,
  line: number | undefined,
): Reason | null {
  const order = window.orderBy.flatMap((key) => (key.value.ex === 'ref' ? [key.value.id] : []));
  const proof = dependenciesOf(known).determines([...window.partitionBy, ...order], known.row);
  if (!proof || proof.weak) return null;
  return reason(
    () => `${window.call.name}() has no ties: ${named(prover, [...window.partitionBy, ...order])} is unique`,
    line,
    proof.used.map((dependency) => dependency.why),
  );
}
