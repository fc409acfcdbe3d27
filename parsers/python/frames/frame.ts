import { own } from '../../../schema/contracts/own.ts';
import { readsOf } from '../../../schema/contracts/relation-walk.ts';
import type { Expression, Join, ProjectItem, Relation } from '../../../schema/contracts/relation.ts';
import type { NameRef } from '../../../schema/contracts/names.ts';
import type { FrameValue, Value } from '../values.ts';
import { columnValue, outputName, requalified, variableMark } from './expressions.ts';

export function frame(relation: Relation, library: FrameValue['library'] = 'spark'): FrameValue {
  return { is: 'frame', relation, library, qualifiers: [] };
}

export const scanFrame = (table: NameRef, library: FrameValue['library'], line: number): FrameValue =>
  frame({ op: 'scan', table, line }, library);

/** The frame with other rows. Its variable's name does not carry over; the qualifiers do where the rows are still those of the input. */
export const derived = (input: FrameValue, relation: Relation, keeps = false): FrameValue => ({
  is: 'frame',
  relation,
  library: input.library,
  qualifiers: keeps ? input.qualifiers : [],
});

/** A step that is not understood: what it reads is kept. */
export function opaque(
  inputs: readonly FrameValue[],
  reason: string,
  library?: FrameValue['library'],
): FrameValue {
  const reads = inputs.flatMap((input) => readsOf(input.relation));
  return frame({ op: 'opaque', reads, reason }, library ?? inputs[0]?.library ?? 'spark');
}

/** A column or literal as this frame sees it. */
export const within = (input: FrameValue, expression: Expression): Expression =>
  requalified(expression, input.qualifiers);

export function items(input: FrameValue, values: readonly Value[], line: number): ProjectItem[] {
  return values.map((value) => {
    const name = outputName(value);
    const expression = within(input, columnValue(value));
    return { ...(name === undefined || expression.ex === 'star' ? {} : { name }), value: expression, line };
  });
}

export function filterFrame(input: FrameValue, predicate: Expression, line: number): FrameValue {
  const relation: Relation = {
    op: 'filter',
    input: input.relation,
    predicate: within(input, predicate),
    clause: 'where',
    line,
  };
  return derived(input, relation, true);
}

/** `withColumn`: all columns, of which one is new or other. */
export function withColumns(
  input: FrameValue,
  columns: readonly { readonly name: string; readonly value: Expression }[],
  line: number,
): FrameValue {
  const except = columns.map((column) => column.name);
  const relation: Relation = {
    op: 'project',
    input: input.relation,
    items: [
      { value: { ex: 'star', except } },
      ...columns.map(({ name, value }) => ({ name, value: within(input, value), line })),
    ],
    line,
  };
  return derived(input, relation);
}

const kinds: Readonly<Record<string, Join['kind']>> = {
  inner: 'inner',
  left: 'left',
  leftouter: 'left',
  right: 'right',
  rightouter: 'right',
  outer: 'full',
  full: 'full',
  fullouter: 'full',
  cross: 'cross',
  semi: 'semi',
  leftsemi: 'semi',
  anti: 'anti',
  leftanti: 'anti',
};

/** Both sides get names, so that `left.id == right.id` keeps its meaning. */
export function joinFrames(
  left: FrameValue,
  right: FrameValue,
  how: string | undefined,
  condition: { readonly using: readonly string[] } | { readonly on: Expression } | undefined,
  line: number,
): FrameValue {
  const kind = own(kinds, (how ?? 'inner').toLowerCase().replace(/_/g, '')) ?? 'inner';
  const [leftSide, leftNames] = side(left, []);
  const [rightSide, rightNames] = side(right, leftNames);
  const qualifiers = [...leftNames, ...rightNames];
  const clause =
    condition === undefined
      ? {}
      : 'using' in condition
        ? { using: condition.using }
        : { on: requalified(condition.on, qualifiers) };
  const relation: Join = {
    op: 'join',
    kind: condition === undefined && kind === 'inner' ? 'cross' : kind,
    left: leftSide,
    right: rightSide,
    ...clause,
    line,
  };
  return { is: 'frame', relation, library: left.library, qualifiers };
}

function side(input: FrameValue, taken: readonly string[]): [Relation, readonly string[]] {
  if (input.qualifiers.length > 0 && !input.qualifiers.some((name) => taken.includes(name))) {
    return [input.relation, input.qualifiers];
  }
  if (input.variable === undefined) return [input.relation, []];
  const base = variableMark + input.variable;
  const name = taken.includes(base) ? `${base}_2` : base;
  return [{ op: 'alias', input: input.relation, name }, [name]];
}
