/** The workflows' code as Temporal's sandbox takes it, bundled once per version of its sources. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type WorkflowBundlePath } from '@temporalio/worker';

const root = fileURLToPath(new URL('..', import.meta.url));
const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';

/** Where in `cacheDir` the bundle is; one that is not there yet is made (some seconds). `interceptorModules`: paths of what workflows are traced with. */
export async function workflowBundle(
  cacheDir: string,
  interceptorModules: readonly string[] = [],
): Promise<WorkflowBundlePath> {
  const kind = interceptorModules.length === 0 ? 'workflows' : 'traced-workflows';
  const path = join(cacheDir, `${kind}-${await sourcesHash()}.js`);
  if (existsSync(path)) return { codePath: path };
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'workflows', `index.${extension}`),
    workflowInterceptorModules: [...interceptorModules],
    logger: { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error },
  });
  await mkdir(cacheDir, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  await writeFile(temporary, code);
  await rename(temporary, path);
  return { codePath: path };
}

/** Names the version of the workflows' code for worker deployments: `TABLELORE_BUILD_ID`, else a hash of the code. */
export const buildId = async (): Promise<string> => process.env.TABLELORE_BUILD_ID || (await codeHash());

/** Everything that can be bundled: our workflows and contracts, and the packages that they import. The bundle has their places in it. */
async function sourcesHash(): Promise<string> {
  const hash = createHash('sha256')
    .update(await codeHash())
    .update(root);
  for (const name of packages) hash.update(fileURLToPath(import.meta.resolve(name)));
  return hash.digest('hex').slice(0, 16);
}

const packages = ['@temporalio/workflow', '@temporalio/worker', 'zod'];

/** The same on every machine. */
async function codeHash(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['workflows', 'schema/contracts', 'activities']) {
    const names =
      folder === 'activities'
        ? [`contract.${extension}`]
        : (await readdir(join(root, folder))).filter((name) => name.endsWith(`.${extension}`)).sort();
    for (const name of names) hash.update(name).update(await readFile(join(root, folder, name)));
  }
  for (const name of packages) hash.update(await packageVersion(name));
  return hash.digest('hex').slice(0, 12);
}

async function packageVersion(name: string): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve(name));
  const home = entry.slice(
    0,
    entry.lastIndexOf(join('node_modules', name)) + join('node_modules', name).length,
  );
  const { version } = JSON.parse(await readFile(join(home, 'package.json'), 'utf8')) as { version: string };
  return version;
}
