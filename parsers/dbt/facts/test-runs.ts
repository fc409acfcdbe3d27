/** What dbt's artifacts tell of the tests that YAML declares: how they last ended, and with which configuration they ran. */
import type { DeclaredKey } from '../../../schema/contracts/facts.ts';
import type { ManifestTest } from '../manifest.ts';
import type { DbtProject } from '../project.ts';
import type { Config, TestProperties } from '../types.ts';

export interface TestRunOf {
  /** Absent where the artifacts do not tell, or tell it of several tests that read alike. */
  readonly lastRun?: NonNullable<DeclaredKey['lastRun']>;
  /** dbt_project.yml makes it a warning, switches it off or lets it see only some rows. */
  readonly weakened: boolean;
}

export const bareName = (test: string): string => test.slice(test.lastIndexOf('.') + 1);

const about = (one: { readonly column?: string; readonly args: Config }): string =>
  JSON.stringify([one.column ?? null, Object.entries(one.args).sort()]);

export function testRunOf(project: DbtProject, test: TestProperties, uniqueId: string): TestRunOf {
  const { tests, results } = project.artifacts;
  const name = bareName(test.test);
  const alike = (tests.get(uniqueId) ?? []).filter(
    (one) => bareName(one.test ?? '') === name && about(one) === about(test),
  );
  const same = alike.filter((one) => one.where === test.where);
  const told = same.length > 0 ? same : alike;
  const ends = new Set(same.map((one) => results.get(one.uniqueId)));
  const [end] = ends.size === 1 ? ends : [];
  return { ...(end === undefined ? {} : { lastRun: end }), weakened: told.length > 0 && told.every(isWeak) };
}

const isWeak = ({ severity, enabled, where }: ManifestTest): boolean =>
  severity === 'warn' || !enabled || where !== undefined;

/** All that `testRunOf` tells of the tests of a node or source; '' where no artifact tells anything. */
export function testsAnswer(project: DbtProject, uniqueId: string): string {
  const { tests, results } = project.artifacts;
  return (tests.get(uniqueId) ?? [])
    .map((test) => `${test.uniqueId} ${results.get(test.uniqueId) ?? ''} ${isWeak(test)}`)
    .sort()
    .join();
}

/** A test that did not pass, in words that stay the same from run to run; undefined for one that passed or did not run. */
export function failedWords(
  test: TestProperties,
  columns: readonly string[],
  { lastRun }: TestRunOf,
): string | undefined {
  // prettier-ignore
  if (lastRun === undefined || lastRun === 'pass') return undefined;
  const of = columns.length > 0 ? ` of ${columns.join(', ')}` : '';
  return `dbt's test ${test.test}${of} did not hold (${lastRun}) when it last ran`;
}
