/** One dbt project read from files alone: its nodes, packages, macros, configuration and names. */
import { own } from '../../schema/contracts/own.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Dialect } from '../../schema/contracts/dialect.ts';
import { adapterOf, dialectOf, guessAdapter, quotesByDefault } from './adapter-type.ts';
import { builtinMacros } from './builtin/index.ts';
import { MacroIndex } from './macros.ts';
import { nodesOf } from './nodes.ts';
import { dirName, isUnder } from './paths.ts';
import type { Profile, ProjectFile } from './project-file.ts';
import { PropertiesIndex } from './properties-index.ts';
import { quotingOf, type Quoting, type ColumnInfo } from './relation.ts';
import { runArtifacts, type ArtifactText, type RunArtifacts } from './run-artifacts.ts';
import type { Config, DbtNode, RelationName } from './types.ts';
import { objectOf } from './yaml-values.ts';

export interface DbtOptions {
  /** Used where no profiles.yml says the adapter; `generic` or nothing: guessed from the project's texts. */
  readonly dialect?: Dialect;
  /** Over what profiles.yml says. */
  readonly target?: { readonly name?: string; readonly database?: string; readonly schema?: string };
  /** Values for env_var(); a variable that is not here and has no default stands in the text by its own name. */
  readonly env?: Readonly<Record<string, string>>;
  /** Over the project's vars. */
  readonly vars?: Config;
  /** What clocks show. A fixed default keeps the text of a model the same from night to night. */
  readonly now?: Date;
  /** Columns of a relation where they are known (a catalogue, upstream models), for macros that ask the warehouse. Default: what `artifacts` tell. */
  readonly columns?: (relation: RelationName) => readonly ColumnInfo[] | undefined;
  /** What runs of dbt left; files of other projects do no harm, since names in them are whole. */
  readonly artifacts?: readonly ArtifactText[];
}

const noArtifacts: readonly ArtifactText[] = [];

export interface Target {
  readonly name: string;
  readonly type: string;
  readonly database: string | undefined;
  readonly schema: string;
  readonly profile: Config;
}

export class DbtProject {
  readonly file: ProjectFile;
  /** The project's own file first, then those of its packages. */
  readonly packages: ReadonlyMap<string, ProjectFile>;
  readonly target: Target;
  readonly dialect: Dialect;
  readonly quoting: Quoting;
  readonly nodes: ReadonlyMap<string, DbtNode>;
  readonly macros: MacroIndex;
  readonly properties: PropertiesIndex;
  readonly options: DbtOptions;
  readonly artifacts: RunArtifacts;
  readonly diagnostics: Diagnostic[];
  readonly now: Date;
  private readonly files: ReadonlyMap<string, string>;
  private readonly byName = new Map<string, DbtNode[]>();
  private readonly byPath = new Map<string, DbtNode[]>();
  /** Values worked out once a project: configuration, relations, rendered settings. */
  readonly memo = new Map<string, unknown>();

  constructor(
    files: ReadonlyMap<string, string>,
    packages: Map<string, ProjectFile>,
    file: ProjectFile,
    profile: Profile | undefined,
    options: DbtOptions,
    diagnostics: Diagnostic[],
  ) {
    this.files = files;
    this.file = file;
    this.packages = packages;
    this.options = options;
    this.artifacts = runArtifacts(options.artifacts ?? noArtifacts);
    this.diagnostics = diagnostics;
    this.now = options.now ?? new Date(Date.UTC(2000, 0, 1));
    this.macros = new MacroIndex();
    const nodes = new Map<string, DbtNode>();
    const yaml: { path: string; text: string; package: string }[] = [];
    const docs: string[] = [];
    for (const [name, text] of builtinMacros) this.macros.add(name, `<${name}>`, text);
    for (const owner of packages.values()) this.addPackage(owner, nodes, yaml, docs);
    this.properties = new PropertiesIndex(yaml, docs);
    this.addVersions(nodes);
    this.addYamlSnapshots(nodes);
    this.nodes = nodes;
    for (const node of nodes.values()) {
      append(this.byName, node.name, node);
      append(this.byPath, node.path, node);
    }
    const type = profile?.type ?? this.adapterFallback(packages);
    this.dialect = dialectOf(type);
    this.target = {
      name: options.target?.name ?? profile?.target ?? 'prod',
      type,
      database: options.target?.database ?? profile?.database,
      schema: options.target?.schema ?? profile?.schema ?? file.name,
      profile: profile?.output ?? {},
    };
    this.quoting = quotingOf(file.quoting, quotesByDefault(type));
  }

  private adapterFallback(packages: ReadonlyMap<string, ProjectFile>): string {
    const { dialect } = this.options;
    if (dialect !== undefined && dialect !== 'generic') return adapterOf(dialect);
    const own = [this.file.root, ...Array.from(packages.values(), (one) => one.root)][0] ?? '';
    const texts = Array.from(this.files).filter(
      ([path]) => isUnder(path, own) && /\.(sql|ya?ml)$/.test(path),
    );
    return guessAdapter(texts.map(([, text]) => text)) ?? 'default';
  }

  private addPackage(
    owner: ProjectFile,
    nodes: Map<string, DbtNode>,
    yaml: { path: string; text: string; package: string }[],
    docs: string[],
  ): void {
    const isRoot = owner === this.file;
    const resources = Object.values(owner.paths).flat();
    for (const [path, text] of this.files) {
      if (isRoot && isUnder(path, owner.packagesPath) && owner.packagesPath !== '') continue;
      const inside = resources.some((folder) => isUnder(path, folder));
      if (!inside) continue;
      if (/\.ya?ml$/.test(path) && path !== owner.path) yaml.push({ path, text, package: owner.name });
      else if (path.endsWith('.md')) docs.push(text);
      else if (path.endsWith('.sql') && holdsMacros(owner, path)) this.macros.add(owner.name, path, text);
      for (const node of nodesOf(owner, path, text)) nodes.set(node.uniqueId, node);
    }
  }

  /** Files of versioned models become the versions of one model. */
  private addVersions(nodes: Map<string, DbtNode>): void {
    for (const { properties, package: owner } of this.properties.versioned()) {
      for (const { version, definedIn } of properties.versions) {
        const stem = definedIn ?? `${properties.name}_v${version}`;
        const id = `model.${owner}.${stem}`;
        const node = nodes.get(id) ?? nodes.get(`model.${owner}.${properties.name}`);
        if (!node || node.version !== undefined) continue;
        nodes.delete(node.uniqueId);
        const uniqueId = `model.${owner}.${properties.name}.v${version}`;
        nodes.set(uniqueId, { ...node, uniqueId, name: properties.name, version });
      }
    }
  }

  private addYamlSnapshots(nodes: Map<string, DbtNode>): void {
    for (const { properties, package: owner } of this.properties.yamlSnapshots()) {
      const { name, path, line, endLine } = properties;
      const uniqueId = `snapshot.${owner}.${name}`;
      const folders = dirName(path).split('/').slice(-1);
      nodes.set(uniqueId, {
        uniqueId,
        type: 'snapshot',
        language: 'yaml',
        name,
        package: owner,
        path,
        line,
        endLine,
        fqn: [owner, ...folders, name],
      });
    }
  }

  get name(): string {
    return this.file.name;
  }

  textOf(path: string): string | undefined {
    return this.files.get(path);
  }

  /** Nodes of a file: one, or a snapshot file's blocks. */
  nodesAt(path: string): readonly DbtNode[] {
    return this.byPath.get(path) ?? [];
  }

  /** The node that `ref` means: in the named package, else the caller's, the project's, any. Version: the one named, else the latest. */
  resolveRef(
    name: string,
    packageName: string | undefined,
    version: string | undefined,
    from: string,
  ): DbtNode | undefined {
    const candidates = (this.byName.get(name) ?? []).filter(
      (node) => node.type !== 'test' && node.type !== 'analysis',
    );
    const owners = packageName === undefined ? [from, this.name, ...this.packages.keys()] : [packageName];
    for (const owner of owners) {
      const found = candidates.filter((node) => node.package === owner);
      if (found.length > 0)
        return pickVersion(found, version ?? this.properties.of(found[0] as DbtNode)?.latestVersion);
    }
    return undefined;
  }

  /** A variable: given in the options, else the project's for this package or for all, else the package's own. */
  variable(name: string, packageName: string): unknown {
    const ownVars = this.packages.get(packageName)?.vars ?? {};
    for (const scope of [
      this.options.vars,
      objectOf(own(this.file.vars, packageName)),
      this.file.vars,
      objectOf(own(ownVars, packageName)),
      ownVars,
    ]) {
      if (scope && Object.hasOwn(scope, name)) return scope[name];
    }
    return undefined;
  }
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function holdsMacros(owner: ProjectFile, path: string): boolean {
  const { macro, test } = owner.paths;
  return (
    macro.some((folder) => isUnder(path, folder)) || test.some((folder) => isUnder(path, `${folder}/generic`))
  );
}

function pickVersion(nodes: readonly DbtNode[], version: string | undefined): DbtNode | undefined {
  if (version !== undefined) return nodes.find((node) => node.version === version) ?? nodes[0];
  return nodes.toSorted((a, b) => Number(b.version ?? 0) - Number(a.version ?? 0))[0];
}
