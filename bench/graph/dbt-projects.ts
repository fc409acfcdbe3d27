/** The dbt projects of a commit, as a night loads them but for artifacts that are committed beside them. */
import { dbtFiles } from '../../parsers/dbt/facts/loaded.ts';
import { loadDbtProject } from '../../parsers/dbt/load.ts';
import type { DbtProject } from '../../parsers/dbt/project.ts';
import { dialectFlag } from '../inputs.ts';
import { readCommit } from './commit.ts';

export interface ProjectFlags {
  /** Default: HEAD. */
  readonly ref?: string | undefined;
  /** Folder of one project, '' for the repository's own. Default: all projects. */
  readonly root?: string | undefined;
  readonly dialect?: string | undefined;
}

const isArtifact = (path: string): boolean => /(^|\/)target\/[^/]*\.json$/.test(path);

/** Loaded one by one, so that those that are passed over take no memory. Throws a `UserError` for an unknown dialect. */
export async function* dbtProjects(
  repo: string,
  flags: ProjectFlags,
): AsyncGenerator<{ readonly root: string; readonly project: DbtProject }> {
  const { texts, context } = await readCommit({ repo, ref: flags.ref, keep: (path) => !isArtifact(path) });
  const paths = [...texts.keys()];
  const projects = context('').projects.filter(({ kind }) => kind === 'dbt');
  const files = new Map(dbtFiles(projects, paths).map((path) => [path, texts.get(path)?.text ?? '']));
  const dialect = dialectFlag(flags.dialect);
  for (const { root } of projects.filter((one) => flags.root === undefined || one.root === flags.root))
    yield { root, project: loadDbtProject(files, root, dialect === undefined ? {} : { dialect }) };
}
