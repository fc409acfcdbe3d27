/**
 * Compares what our rendering says a node reads with dbt's own manifest:
 * `node bench/dbt-manifest.ts <repository> <manifest.json> [--ref R] [--root FOLDER] [--dialect D] [--differences N]`.
 * The repository is read at a commit, as a night does, and without the manifest; the manifest should be of that commit. Nodes are matched by dbt's unique ids.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { dbtFiles } from '../parsers/dbt/facts/loaded.ts';
import { loadDbtProject } from '../parsers/dbt/load.ts';
import { readManifest, type Manifest } from '../parsers/dbt/manifest.ts';
import type { DbtProject } from '../parsers/dbt/project.ts';
import { renderModel } from '../parsers/dbt/render.ts';
import type { Dependency } from '../parsers/dbt/types.ts';
import { detectProjects } from '../parsers/registry.ts';
import { dialects } from '../schema/contracts/dialect.ts';
import { explain, UserError } from '../schema/contracts/errors.ts';
import { blobText, openBlobReader } from '../source/blobs.ts';
import { resolveCommit, type Mirror } from '../source/mirror.ts';
import { listTree, readTree } from '../source/tree.ts';

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
  flags: { readonly ref?: string; readonly root?: string; readonly dialect?: string },
  { project: name }: Manifest,
): Promise<DbtProject> {
  const gitDir = [join(url, '.git'), url].find((dir) => existsSync(join(dir, 'HEAD'))) ?? url;
  const mirror: Mirror = { gitDir, options: { dir: url, name: 'bench', url, baseDir: url } };
  const commit = await resolveCommit(mirror, flags.ref);
  const tree = readTree(await listTree(mirror, commit), {
    include: ['**'],
    exclude: ['**/target/*.json'],
    maxFileBytes: 2_000_000,
  });
  const paths = tree.files.map((file) => file.path);
  const projects = detectProjects(paths).filter(({ kind }) => kind === 'dbt');
  const wanted = new Set(dbtFiles(projects, paths));
  const files = new Map<string, string>();
  const blobs = openBlobReader(mirror);
  try {
    for (const { path, blob } of tree.files.filter((file) => wanted.has(file.path))) {
      const bytes = await blobs.read(blob);
      const text = bytes && blobText(bytes);
      if (text) files.set(path, text.text);
    }
  } finally {
    blobs.close();
  }
  const dialect = dialects.find((one) => one === flags.dialect);
  for (const { root } of projects.filter((one) => flags.root === undefined || one.root === flags.root)) {
    const project = loadDbtProject(files, root, dialect === undefined ? {} : { dialect });
    if (flags.root !== undefined || project.name === name) return project;
  }
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
