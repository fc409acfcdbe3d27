/** What dbt_project.yml says of generic tests, folder by folder (`data_tests:`, formerly `tests:`). */
import { foldersBelow, innermost } from '../paths.ts';
import { folderConfig, mergeConfig } from '../config.ts';
import { memo, renderConfig } from '../naming.ts';
import type { DbtProject } from '../project.ts';
import type { Config, TestProperties } from '../types.ts';
import { optional } from '../yaml-values.ts';

/**
 * The test with the configuration of its folder, which counts where the test itself says nothing. dbt takes the folder of the YAML file, not of the model.
 * `ask` is told the key of the answer.
 */
export function withFolderConfig(
  project: DbtProject,
  test: TestProperties,
  name: string,
  ask: (key: string) => void,
): TestProperties {
  const fqn = [...foldersOf(project, test.path), test.name ?? name].join('/');
  ask(`test-config:${fqn}`);
  const { severity, enabled, where } = testConfig(project, fqn);
  return {
    severity: String(severity).toLowerCase() === 'warn' ? 'warn' : 'error',
    enabled: enabled !== false,
    ...optional('where', typeof where === 'string' ? where : undefined),
    ...test,
  };
}

/** By package, folders and name of the test, with slashes between. The running project's word counts over a package's own. */
export function testConfig(project: DbtProject, fqn: string): Config {
  return memo(project, `test-config:${fqn}`, () => {
    const path = fqn.split('/');
    const own = project.packages.get(path[0] ?? '');
    const files = own === undefined || own === project.file ? [project.file] : [own, project.file];
    return renderConfig(project, files.map(({ configs }) => folderConfig(configs.test, path)).reduce(mergeConfig, {})); // prettier-ignore
  });
}

/** The package that a properties file belongs to, then its folders under the one that holds models, seeds or snapshots. */
function foldersOf(project: DbtProject, path: string): string[] {
  const owner = project.packages.get(project.properties.at(path)?.package ?? '');
  if (owner === undefined) return [project.name];
  const { model, seed, snapshot } = owner.paths;
  const base = innermost([...model, ...seed, ...snapshot], path) ?? owner.root;
  return [owner.name, ...foldersBelow(base, path)];
}
