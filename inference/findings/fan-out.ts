/** A sum over rows that a join has repeated: the same value counts several times. */
import type { BoundColumn, BoundExpression, ColumnId } from '../bind/bound.ts';
import { references } from '../bind/expressions.ts';
import { dependenciesOf } from '../derive/properties.ts';
import type { Properties } from '../derive/properties.ts';
import { origin } from '../derive/prover.ts';
import type { Prover } from '../derive/prover.ts';
import { knownAt } from '../why/known-at.ts';
import { allNodes } from '../why/plan.ts';
import { untoldIn } from '../why/missing.ts';
import type { Examined, Finding } from './finding.ts';
import { placeAt } from './finding.ts';

/** One an operator at most. */
export function fanOut({ table, made }: Examined): Finding[] {
  return made.runs.slice(0, 1).flatMap(({ query, prover }) =>
    allNodes(query.node).flatMap((node): Finding[] => {
      if (node.op !== 'group' || node.keys === null || (node.sets?.length ?? 0) > 1) return [];
      const known = knownAt(node.input, prover);
      for (const column of node.columns) {
        const counted = twice(column, node.keys, known, prover);
        if (counted === null) continue;
        const [lost] = untoldIn([...node.keys, counted], node.input, prover, made.placeOf);
        if (lost?.kind !== 'repeated') continue;
        const partOfKey = lost.joined.every((id) => lost.key.includes(id));
        return [
          {
            kind: 'fan_out',
            table,
            severity: 'high',
            confidence: partOfKey ? 0.7 : 0.4,
            at: placeAt(made, column.line ?? node.line),
            what: `sum of ${summed(column, prover)} counts a row several times: ${lost.words}`,
            todo: 'Aggregate before the join, or join on what is unique on the other side',
          },
        ];
      }
      return [];
    }),
  );
}

/** The rows whose values the sum adds up, where one of them may come several times in one group; else null. */
function twice(
  { value }: BoundColumn,
  keys: readonly ColumnId[],
  known: Properties,
  prover: Prover,
): ColumnId | null {
  const call = aggregateIn(value);
  const argument = call?.args[0];
  if (call?.name !== 'sum' || call.distinct || argument === undefined) return null;
  const carried = carriedBy(argument, prover);
  if (carried.size === 0) return null;
  const dependencies = dependenciesOf(known);
  const owners = known.row.filter((row) => {
    const reached = dependencies.closure([row], true);
    return [...references(argument)].every((id) => reached.has(id));
  });
  const coarsest = owners.find((row) =>
    owners.every((other) => other === row || !dependencies.closure([row], true).has(other)),
  );
  if (coarsest === undefined) return null;
  const told = dependencies.closure([...keys, coarsest]);
  const missing = known.row.filter((row) => !told.has(row));
  return missing.length > 0 && missing.every((row) => !known.unkeyed.has(row)) ? coarsest : null;
}

type Call = Extract<BoundExpression, { ex: 'call' }>;

/** The one aggregate that a column is made of (`coalesce(sum(x), 0)`). */
function aggregateIn(value: BoundExpression): Call | null {
  if (value.ex === 'cast') return aggregateIn(value.value);
  if (value.ex !== 'call') return null;
  if (value.aggregate) return value;
  const [first] = value.args;
  return /^(coalesce|ifnull|nvl|round|zeroifnull)$/.test(value.name) && first ? aggregateIn(first) : null;
}

/** Columns whose values go into the result; those that only decide (`CASE WHEN x THEN 1`) do not. */
function carriedBy(value: BoundExpression, prover: Prover, depth = 0): Set<ColumnId> {
  const all = (parts: readonly BoundExpression[]): Set<ColumnId> =>
    new Set(parts.flatMap((part) => [...carriedBy(part, prover, depth + 1)]));
  if (depth > 20) return new Set();
  switch (value.ex) {
    case 'ref': {
      const definition = origin(prover, value.id);
      return definition?.kind === 'computed' ? all([definition.value]) : new Set([value.id]);
    }
    case 'cast':
    case 'field':
      return all([value.value]);
    case 'case':
      return all([...value.branches.map(({ then }) => then), ...(value.otherwise ? [value.otherwise] : [])]);
    case 'binary':
      return /^[-+*/]$/.test(value.op) ? all([value.left, value.right]) : new Set();
    case 'unary':
      return value.op === '-' ? all([value.value]) : new Set();
    case 'call':
      if (/^(if|iff)$/.test(value.name)) return all(value.args.slice(1));
      return /^(coalesce|ifnull|nvl|round|abs|zeroifnull|nullif|safe_divide|div0)$/.test(value.name)
        ? all(value.args)
        : new Set();
    default:
      return new Set();
  }
}

function summed({ value }: BoundColumn, prover: Prover): string {
  const argument = aggregateIn(value)?.args[0];
  return argument === undefined ? 'a value' : [...references(argument)].map(prover.nameOf).join(', ');
}
