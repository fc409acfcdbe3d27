import assert from 'node:assert/strict';
import test from 'node:test';
import { accuracyOf } from '../../activities/accuracy.ts';
import { compareDeclared } from '../../knowledge/compare-declared.ts';
import type { Claim, ClaimValue, GrainKey, Origin } from '../../schema/contracts/claims.ts';

let nextId = 0;
const claim = (field: 'grain' | 'join' | 'upstream', origin: Origin, value: unknown, rest: object = {}): Claim =>
  ({ id: String((nextId += 1)), table: 't', field, origin, value, confidence: 0.9, evidence: [], ...rest }) as unknown as Claim; // prettier-ignore

const grain = (basis: GrainKey['basis'], ...columns: string[]): ClaimValue<'grain'> => ({
  keys: [{ columns, basis, rests_on: [], nulls: 'none', scope: 'table' }],
  status: 'unique',
  phrase: '',
  time_grain: null,
});
const join = (column: string, to: string): ClaimValue<'join'> => ({ columns: [column], to, to_path: null, to_columns: ['id'], cardinality: 'n:1' }); // prettier-ignore

const verdicts = (claims: Claim[]) =>
  compareDeclared('t', claims).map(({ field, verdict }) => `${field} ${verdict}`);

test('a tested key is compared with the derived ones', () => {
  const tested = claim('grain', 'declared', grain('tested', 'ID'));
  assert.deepEqual(verdicts([tested, claim('grain', 'derived', grain('proved', 'id'))]), ['grain exact']);
  assert.deepEqual(verdicts([tested, claim('grain', 'derived', grain('proved', 'id', 'day'))]), [
    'grain wider',
  ]);
  assert.deepEqual(verdicts([tested, claim('grain', 'derived', grain('proved', 'day'))]), [
    'grain different',
  ]);
  assert.deepEqual(verdicts([tested]), ['grain none']);
});

test('of several derived keys the first counts, and that the tested one comes later is said', () => {
  const [one, two] = [grain('proved', 'platform', 'number'), grain('assumed', 'ID')];
  const derived = claim('grain', 'derived', { ...one, keys: [...one.keys, ...two.keys] });
  const [found] = compareDeclared('t', [claim('grain', 'declared', grain('tested', 'id')), derived]);
  assert.deepEqual(
    [found?.verdict, found?.derived],
    ['different', 'platform, number [proved]; the tested key comes after it'],
  );
});

test('what nobody tests, and what a person noted, is not compared', () => {
  const noted = { evidence: [{ kind: 'person', person: 'Ada', date: '2026-01-01' }] };
  assert.deepEqual(verdicts([claim('grain', 'declared', grain('config', 'id'))]), []);
  assert.deepEqual(verdicts([claim('grain', 'declared', grain('tested', 'id'), noted)]), []);
});

test('a declared join is compared with derived joins of its own columns', () => {
  const declared = claim('join', 'declared', join('customer_id', 'customers'));
  assert.deepEqual(verdicts([declared, claim('join', 'derived', join('customer_id', 'customers'))]), [
    'join exact',
  ]);
  assert.deepEqual(verdicts([declared, claim('join', 'derived', join('customer_id', 'people'))]), [
    'join different',
  ]);
  assert.deepEqual(verdicts([declared, claim('join', 'derived', join('order_id', 'orders'))]), ['join none']);
});

test('only the three most trusted derived joins count', () => {
  const declared = claim('join', 'declared', join('a', 'right'));
  const rivals = ['x', 'y', 'z'].map((to) => claim('join', 'derived', join('a', to)));
  const late = claim('join', 'derived', join('a', 'right'), { confidence: 0.5 });
  assert.deepEqual(verdicts([declared, ...rivals, late]), ['join different']);
});

test('figures are counted from the comparisons', () => {
  const comparisons = compareDeclared('t', [
    claim('grain', 'declared', grain('tested', 'id')),
    claim('grain', 'derived', grain('proved', 'id', 'day')),
    claim('upstream', 'declared', { table: 'a' }),
    claim('upstream', 'declared', { table: 'b' }),
    claim('upstream', 'derived', { table: 'a' }),
  ]);
  assert.deepEqual(accuracyOf(comparisons), {
    keys: { compared: 1, agree: 1, notDerived: 0 },
    joins: { compared: 0, agree: 0, notDerived: 0 },
    lineage: { compared: 2, agree: 1, notDerived: 0 },
  });
});
