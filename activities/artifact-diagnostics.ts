/** What is wrong with the dbt artifacts that a commit is read with. */
import { projectAt } from '../parsers/dbt/facts/loaded.ts';
import { artifactNames, runArtifacts } from '../parsers/dbt/run-artifacts.ts';
import { joinPath } from '../parsers/reader.ts';
import type { RepoConfig } from '../schema/contracts/config.ts';
import type { Diagnostic } from '../schema/contracts/diagnostic.ts';
import { filesOfPattern } from './dbt-artifacts.ts';
import type { SourceFiles } from './source-files.ts';

/** Whether a commit is read with artifacts, given or committed. If not, nobody has to load whole projects to judge them. */
export const hasArtifacts = ({
  projects,
  blobOf,
  context,
}: Pick<SourceFiles, 'projects' | 'blobOf' | 'context'>): boolean =>
  (context('').artifacts ?? []).length > 0 ||
  projects.some(({ kind, root }) => kind === 'dbt' && committed(root).some((path) => blobOf.has(path)));

const committed = (root: string): string[] =>
  artifactNames.map((name) => joinPath(root, 'target', `${name}.json`));

/** Of the artifacts that the configuration names and of those committed in dbt projects, whose texts must be loaded if there are any; each problem once. */
export function artifactDiagnostics(
  source: Pick<SourceFiles, 'projects' | 'blobOf' | 'context'>,
  { artifacts: patterns }: Pick<RepoConfig, 'artifacts'>,
  configDir: string,
): Diagnostic[] {
  const { artifacts = [] } = source.context('');
  const projects = hasArtifacts(source) ? source.projects.filter(({ kind }) => kind === 'dbt') : [];
  const found = [
    ...patterns
      .filter((pattern) => filesOfPattern(pattern, configDir).length === 0)
      .map((pattern) => note('dbt.artifact_missing', pattern, 'No artifact of dbt is there.')),
    ...runArtifacts(artifacts).diagnostics,
  ];
  const nodes = new Set<string>();
  for (const { root } of projects) {
    found.push(...tooLarge(source, root));
    const path = joinPath(root, 'dbt_project.yml');
    const project = projectAt(path, source.context(path))?.project;
    found.push(...(project?.artifacts.diagnostics ?? []));
    for (const id of project?.nodes.keys() ?? []) nodes.add(id);
  }
  for (const one of artifacts.filter(({ name }) => name === 'manifest')) {
    const ids = [...runArtifacts([one]).nodes.keys()];
    if (ids.length > 0 && !ids.some((id) => nodes.has(id)))
      found.push(
        note(
          'dbt.artifact_other_project',
          one.path,
          'No node of this repository is in it: of another project?',
        ),
      );
  }
  return [...new Map(found.map((one) => [JSON.stringify(one), one])).values()];
}

const tooLarge = ({ blobOf, context }: Pick<SourceFiles, 'blobOf' | 'context'>, root: string): Diagnostic[] =>
  committed(root)
    .filter((path) => blobOf.has(path) && context(path).file?.(path) === undefined)
    .map((path) =>
      note(
        'dbt.artifact_too_large',
        path,
        'Not read: over `maxFileBytes`. Give such a file by `artifacts`, or raise the limit.',
      ),
    );

const note = (code: string, path: string, message: string): Diagnostic => ({
  code,
  severity: 'warning',
  message,
  path,
  fault: 'user',
});
