/** dbt_project.yml, profiles.yml: what a project is called, where its files are, what it runs on. */
import { parse } from 'yaml';
import { own } from '../../schema/contracts/own.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { resolvePath } from '../reader.ts';
import type { Config } from './types.ts';
import { objectOf } from './yaml-values.ts';

export interface ProjectFile {
  readonly name: string;
  readonly path: string;
  /** Folder of the project. */
  readonly root: string;
  readonly version: string | undefined;
  readonly profile: string | undefined;
  /** Folders by kind of resource, from the root of the repository. */
  readonly paths: Readonly<
    Record<'model' | 'seed' | 'snapshot' | 'macro' | 'test' | 'analysis' | 'docs', readonly string[]>
  >;
  readonly packagesPath: string;
  readonly vars: Config;
  /** The `models:`, `seeds:` … trees as written. */
  readonly configs: Readonly<Record<'model' | 'seed' | 'snapshot' | 'test' | 'source' | 'analysis', Config>>;
  readonly quoting: Config;
  readonly dispatch: readonly { readonly namespace: string; readonly searchOrder: readonly string[] }[];
  readonly hooks: { readonly start: readonly string[]; readonly end: readonly string[] };
}

/** What profiles.yml says of the output that is taken as production. Every part may be missing. */
export interface Profile {
  /** dbt's adapter: `snowflake`, `bigquery`, … */
  readonly type?: string;
  readonly target?: string;
  readonly database?: string;
  readonly schema?: string;
  /** The output as written. */
  readonly output: Config;
}

/** Merge keys (`<<`) resolved; aliases bounded against expansion attacks. */
export function parseYaml(text: string, path: string, diagnostics: Diagnostic[]): unknown {
  try {
    return parse(text, {
      merge: true,
      maxAliasCount: 1000,
      uniqueKeys: false,
      logLevel: 'silent',
    }) as unknown;
  } catch (error) {
    diagnostics.push({
      code: 'yaml.syntax',
      severity: 'error',
      message: (error as Error).message.split('\n')[0] ?? '',
      path,
      fault: 'user',
    });
    return undefined;
  }
}

export function readProjectFile(
  text: string,
  path: string,
  root: string,
  diagnostics: Diagnostic[],
): ProjectFile {
  const raw = objectOf(parseYaml(text, path, diagnostics));
  const folders = (fallback: string, ...keys: string[]): string[] => {
    const found = keys.map((key) => raw[key]).find((value) => value !== undefined && value !== null);
    return listOf(found ?? fallback).map((folder) => resolvePath(root, folder));
  };
  const paths = {
    model: folders('models', 'model-paths', 'source-paths'),
    seed: folders('seeds', 'seed-paths', 'data-paths'),
    snapshot: folders('snapshots', 'snapshot-paths'),
    macro: folders('macros', 'macro-paths'),
    test: folders('tests', 'test-paths'),
    analysis: folders('analyses', 'analysis-paths'),
    docs: folders('', 'docs-paths'),
  };
  return {
    name: typeof raw['name'] === 'string' ? raw['name'] : 'project',
    path,
    root,
    version:
      typeof raw['version'] === 'string' || typeof raw['version'] === 'number'
        ? String(raw['version'])
        : undefined,
    profile: typeof raw['profile'] === 'string' ? raw['profile'] : undefined,
    paths: raw['docs-paths'] === undefined ? { ...paths, docs: [root] } : paths,
    packagesPath: resolvePath(
      root,
      typeof raw['packages-install-path'] === 'string' ? raw['packages-install-path'] : 'dbt_packages',
    ),
    vars: objectOf(raw['vars']),
    configs: {
      model: objectOf(raw['models']),
      seed: objectOf(raw['seeds']),
      snapshot: objectOf(raw['snapshots']),
      test: objectOf(raw['data_tests'] ?? raw['tests']),
      source: objectOf(raw['sources']),
      analysis: objectOf(raw['analyses']),
    },
    quoting: objectOf(raw['quoting']),
    dispatch: (Array.isArray(raw['dispatch']) ? (raw['dispatch'] as unknown[]) : [])
      .map(objectOf)
      .map((entry) => ({
        namespace: String(entry['macro_namespace']),
        searchOrder: listOf(entry['search_order']),
      })),
    hooks: { start: listOf(raw['on-run-start']), end: listOf(raw['on-run-end']) },
  };
}

export function listOf(value: unknown): string[] {
  if (value === undefined || value === null) return [];
  return (Array.isArray(value) ? value : [value]).map(String);
}

const PRODUCTION = /^(prod|production|prd|live|main)\b|(^|[_-])prod(uction)?$/i;

/**
 * The output that stands for production, since that is what the warehouse and its logs know: one that is named so in the project's own
 * profile, then in any profile of the file, then the profile's default target, then its first output.
 */
export function readProfile(
  text: string,
  path: string,
  profile: string | undefined,
  env: Readonly<Record<string, string>>,
  diagnostics: Diagnostic[],
): Profile | undefined {
  const profiles = objectOf(parseYaml(text, path, diagnostics));
  const chosen = objectOf(own(profiles, profile ?? ''));
  const candidates = [
    chosen,
    ...Object.entries(profiles)
      .filter(([key]) => key !== 'config')
      .map(([, value]) => objectOf(value)),
  ];
  for (const candidate of candidates) {
    const found = Object.entries(objectOf(candidate['outputs'])).find(([name]) => PRODUCTION.test(name));
    if (found) return profileOf(found[0], objectOf(found[1]), env);
  }
  for (const candidate of candidates) {
    const outputs = objectOf(candidate['outputs']);
    const wanted = String(candidate['target']);
    const name = Object.hasOwn(outputs, wanted) ? wanted : Object.keys(outputs)[0];
    if (name !== undefined) return profileOf(name, objectOf(outputs[name]), env);
  }
  return undefined;
}

/** `{{ env_var('NAME', 'default') }}` put in place: the given value, else the default, else the variable's own name. */
function expandEnv(text: string, env: Readonly<Record<string, string>>): string {
  const call = /\{\{\s*env_var\(\s*["'](\w+)["']\s*(?:,\s*["']([^"']*)["']\s*)?\)[^}]*\}\}/g;
  return text.replace(
    call,
    (_all, name: string, otherwise: string | undefined) => own(env, name) ?? otherwise ?? name,
  );
}

function profileOf(target: string, output: Config, env: Readonly<Record<string, string>>): Profile {
  const text = (...keys: string[]): string | undefined => {
    const found = keys.map((key) => output[key]).find((value) => typeof value === 'string' && value !== '');
    return typeof found === 'string' ? expandEnv(found, env) : undefined;
  };
  const [type, database, schema] = [
    text('type'),
    text('database', 'dbname', 'project', 'catalog'),
    text('schema', 'dataset'),
  ];
  return { target, output, ...(type && { type }), ...(database && { database }), ...(schema && { schema }) };
}

/** The files in which a project names its packages, by their last part. */
export const packageLists = ['packages.yml', 'dependencies.yml'];

/** Folders of packages that a project takes from the repository itself, from the repository's root. */
export function localPackages(
  root: string,
  textOf: (path: string) => string | undefined,
  diagnostics: Diagnostic[],
): string[] {
  return packageLists.flatMap((name) => {
    const path = resolvePath(root, name);
    const text = textOf(path);
    const entries = text === undefined ? [] : objectOf(parseYaml(text, path, diagnostics))['packages'];
    const packages = Array.isArray(entries) ? entries.map(objectOf) : [];
    return packages.flatMap((entry) => listOf(entry['local']).map((folder) => resolvePath(root, folder)));
  });
}
