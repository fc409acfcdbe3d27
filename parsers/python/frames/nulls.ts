/** What DataFrames do about NULLs. */
import type { Expression } from '../../../schema/contracts/relation.ts';
import { argument, lineOf, type Call, type Run } from '../run.ts';
import { textOf, textsOf, type FrameValue } from '../values.ts';
import { expressionOf } from './expressions.ts';
import { derived, filterFrame, opaque, within } from './frame.ts';

/** `dropna`. Rows without any value, or by columns that nobody names, are taken for all. */
export function dropNulls(frame: FrameValue, call: Call, run: Run): FrameValue {
  const columns = textsOf(argument(call, -1, 'subset'));
  if (columns.length === 0 || textOf(argument(call, 0, 'how')) === 'all') return frame;
  const tests = columns.map((name): Expression => ({
    ex: 'unary',
    op: 'IS NOT NULL',
    value: { ex: 'column', name },
  }));
  const [first, ...rest] = tests;
  if (first === undefined) return frame;
  const predicate = rest.reduce<Expression>(
    (left, right) => ({ ex: 'binary', op: 'AND', left, right }),
    first,
  );
  return filterFrame(frame, predicate, lineOf(run, call.at));
}

/** `fillna`, `na.fill`: columns that are named have another value in place of NULL. A value for all columns of its type says nothing of which they are. */
export function fillNulls(frame: FrameValue, call: Call, run: Run): FrameValue {
  const value = argument(call, 0, 'value');
  const subset = textsOf(argument(call, 1, 'subset'));
  const fills = value?.is === 'dict' ? [...value.entries] : subset.flatMap((name) => (value ? [[name, value] as const] : [])); // prettier-ignore
  if (fills.length === 0) return opaque([frame], `${call.method}()`);
  const line = lineOf(run, call.at);
  const replace = fills.map(([name, fill]) => ({
    name,
    value: within(frame, {
      ex: 'call',
      name: 'coalesce',
      args: [{ ex: 'column', name }, expressionOf(fill)],
    }),
  }));
  return derived(frame, {
    op: 'project',
    input: frame.relation,
    items: [{ value: { ex: 'star', replace }, line }],
    line,
  });
}
