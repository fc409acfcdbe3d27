import assert from 'node:assert/strict';
import test from 'node:test';
import { median, noJoins, plus, scoreJoins } from '../../knowledge/join-score.ts';
import type { ClaimValue } from '../../schema/contracts/claims.ts';

type Join = ClaimValue<'join'>;
const join = (column: string, to: string, cardinality: Join['cardinality'] = 'n:1'): Join => ({
  columns: [column],
  to,
  to_path: null,
  to_columns: ['id'],
  cardinality,
});

test('recall is of relationships, precision of the first three joins of tested columns', () => {
  const derived = [join('a', 'other'), join('b', 'unasked'), join('A', 'right'), join('a', 'third'), join('c', 'late')]; // prettier-ignore
  const figures = scoreJoins([join('a', 'right'), join('c', 'missing')], derived);
  assert.deepEqual([figures.tested, figures.found, figures.listed, figures.right], [2, 1, 4, 1]);
});

test('a relationship counts once, and not among later joins', () => {
  const derived = ['x', 'y', 'z', 'right'].map((to) => join('a', to));
  const figures = scoreJoins([join('a', 'right'), join('a', 'right')], derived);
  assert.deepEqual([figures.tested, figures.found], [1, 0]);
});

test('cardinality counts only where the other side is tested to be unique', () => {
  const declared = [join('a', 'one'), join('b', 'two', 'unknown'), join('c', 'three', '1:1')];
  const derived = [join('a', 'one', '1:1'), join('b', 'two', 'n:m'), join('c', 'three', 'unknown')];
  const figures = scoreJoins(declared, derived);
  assert.deepEqual(
    [figures.cardinalities, figures.cardinalitiesRight, figures.cardinalitiesUnknown],
    [2, 1, 1],
  );
  assert.equal(plus(figures, plus(noJoins, figures)).cardinalities, 4);
});

test('the median of an even number lies between the middle ones', () => {
  assert.deepEqual([median([3, 1, 2]), median([4, 1]), median([])], [2, 2.5, null]);
});
