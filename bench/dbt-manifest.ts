/**
 * Compares what our rendering says a node reads with dbt's own manifest:
 * `node bench/dbt-manifest.ts <repository> <manifest.json> [--ref R] [--root FOLDER] [--dialect D] [--differences N]`.
 * The repository is read at a commit, as a night does, and without the manifest; the manifest should be of that commit. Nodes are matched by dbt's unique ids.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readManifest, type Manifest } from '../parsers/dbt/manifest.ts';
import type { DbtProject } from '../parsers/dbt/project.ts';
import { renderModel } from '../parsers/dbt/render.ts';
import type { Dependency } from '../parsers/dbt/types.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { dbtProjects, type ProjectFlags } from './graph/dbt-projects.ts';

/** Ids without their package, sorted. */
interface Difference {
  readonly node: string;
  /** dbt's edges that we have not. */
  readonly missing: readonly string[];
  /** Our edges that dbt has not. */
  readonly extra: readonly string[];
}

interface Comparison {
  /** Models and snapshots of the manifest; of packages only those that the commit holds. */
  readonly nodes: number;
  /** What they read, by the manifest. */
  readonly edges: number;
  /** Unique ids of nodes that the commit does not hold. */
  readonly unknown: readonly string[];
  readonly equal: number;
  readonly differences: readonly Difference[];
}

const compared = new Set(['model', 'snapshot']);

async function main(): Promise<void> {
  const { values: flags, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      ref: { type: 'string' },
      root: { type: 'string' },
      dialect: { type: 'string' },
      differences: { type: 'string', default: '10' },
    },
  });
  const [repo, path] = positionals;
  if (repo === undefined || path === undefined)
    throw new UserError('Which repository, and which manifest?', { next: 'Give both paths.' });
  const manifest = readManifest(readFileSync(path, 'utf8'), path);
  const project = await loadProject(resolve(repo), flags, manifest);
  print(compare(project, manifest), Number(flags.differences));
}

/** The project at `root`, else the one that the manifest is of. */
async function loadProject(
  url: string,
  flags: ProjectFlags,
  { project: name }: Manifest,
): Promise<DbtProject> {
  for await (const { project } of dbtProjects(url, flags))
    if (flags.root !== undefined || project.name === name) return project;
  throw new UserError(`There is no dbt project ${flags.root ?? name ?? ''} in this commit.`, {
    next: 'Name its folder by --root.',
  });
}

/** Ids without the package, since a package that is not vendored cannot say which one a name is in. */
const plainId = (id: string): string => id.split('.').filter((_, index) => index !== 1).join('.'); // prettier-ignore

function compare(project: DbtProject, manifest: Manifest): Comparison {
  const theirs = [...manifest.nodes.values()].filter(
    (node) => compared.has(node.type) && project.packages.has(node.package),
  );
  const known = theirs.flatMap((node) => {
    const own = project.nodes.get(node.uniqueId);
    const model = own && renderModel(project, own);
    return model === undefined ? [] : [{ node, model }];
  });
  const differences = known.flatMap(({ node, model }): Difference[] => {
    const wanted = new Set(node.dependsOn.map(plainId));
    const ours = new Set(model.dependencies.map((one) => edgeId(one, wanted)));
    const missing = [...wanted].filter((id) => !ours.has(id)).sort();
    const extra = [...ours].filter((id) => !wanted.has(id)).sort();
    return missing.length + extra.length === 0 ? [] : [{ node: node.uniqueId, missing, extra }];
  });
  const edges = theirs.reduce((sum, { dependsOn }) => sum + new Set(dependsOn.map(plainId)).size, 0);
  return {
    nodes: theirs.length,
    edges,
    unknown: theirs.filter(({ uniqueId }) => !project.nodes.has(uniqueId)).map(({ uniqueId }) => uniqueId),
    equal: known.length - differences.length,
    differences,
  };
}

/** A name that we cannot place is taken to be what dbt found under that name. */
function edgeId({ kind, name, uniqueId }: Dependency, wanted: ReadonlySet<string>): string {
  if (kind === 'source') return `source.${name}`;
  if (uniqueId !== undefined) return plainId(uniqueId);
  return [...wanted].find((id) => id.endsWith(`.${name}`)) ?? `ref.${name}`;
}

function print({ nodes, edges, unknown, equal, differences }: Comparison, shown: number): void {
  const share = nodes === 0 ? '–' : (equal / nodes).toFixed(4);
  console.log(`${equal} of ${nodes} models and snapshots (${share}) read what dbt's manifest says`);
  console.log(`${edges} edges in the manifest; ${differences.reduce((sum, one) => sum + one.missing.length, 0)} missing, ${differences.reduce((sum, one) => sum + one.extra.length, 0)} extra`); // prettier-ignore
  for (const id of unknown.slice(0, shown)) console.log(`- ${id}: not found in the commit`);
  for (const { node, missing, extra } of differences.slice(0, shown))
    console.log(`- ${node}: missing ${missing.join(', ') || 'none'}; extra ${extra.join(', ') || 'none'}`);
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exitCode = 1;
});
