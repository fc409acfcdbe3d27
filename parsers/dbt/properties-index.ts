/** Properties files, parsed when something in them is asked for: a scan for names tells which. */
import { textHash } from '../reader.ts';
import { dbtProperties } from './yaml.ts';
import type { DbtNode, DbtProperties, SourceProperties, TableProperties } from './types.ts';

interface YamlFile {
  readonly path: string;
  readonly text: string;
  readonly package: string;
}

const NAME = /\bname["']?\s*:\s*(?:"([^"\n]+)"|'([^'\n]+)'|([^\s,}#]+))/g;
const DOCS = /\{%[-+]?\s*docs\s+(\w+)\s*[-+]?%\}([^]*?)\{%[-+]?\s*enddocs\s*[-+]?%\}/g;

/** Files whose content is remembered: what is asked for next mostly stands nearby, and all of a large project would not fit. */
const mostParsed = 5_000;
/** By path and content, so that neither the next commit nor another project that takes the same file parses it again. */
const parsed = new Map<string, DbtProperties>();

export class PropertiesIndex {
  private readonly files: readonly YamlFile[];
  private readonly byPath: ReadonlyMap<string, YamlFile>;
  private readonly keys = new Map<YamlFile, string>();
  private readonly named = new Map<string, YamlFile[]>();
  private readonly docs = new Map<string, string>();

  constructor(files: readonly YamlFile[], markdown: readonly string[]) {
    this.files = files;
    this.byPath = new Map(files.map((file) => [file.path, file]));
    for (const file of files) {
      for (const [, double, single, bare] of file.text.matchAll(NAME)) {
        const name = double ?? single ?? bare ?? '';
        const list = this.named.get(name);
        if (!list) this.named.set(name, [file]);
        else if (list.at(-1) !== file) list.push(file);
      }
    }
    for (const text of markdown)
      for (const [, name = '', body = ''] of text.matchAll(DOCS)) this.docs.set(name, body.trim());
  }

  private read(file: YamlFile): DbtProperties {
    const key = this.keys.get(file) ?? `${file.path} ${textHash(file.text)}`;
    this.keys.set(file, key);
    const known = parsed.get(key);
    if (known) return known;
    if (parsed.size >= mostParsed) parsed.clear();
    const made = dbtProperties(file.text, file.path);
    parsed.set(key, made);
    return made;
  }

  /** The properties file at a path, with the package that it belongs to; undefined where there is none. */
  at(path: string): { package: string; properties: DbtProperties } | undefined {
    const file = this.byPath.get(path);
    return file && { package: file.package, properties: this.read(file) };
  }

  /** Every properties file, with the package that it belongs to. Parses all of them. */
  all(): { package: string; properties: DbtProperties }[] {
    return this.files.map((file) => ({ package: file.package, properties: this.read(file) }));
  }

  /** What YAML says about a node; of several entries the first, undefined where none does. */
  of(node: DbtNode): TableProperties | undefined {
    for (const file of this.named.get(node.name) ?? []) {
      if (file.package !== node.package) continue;
      const found = this.read(file).tables.find(
        (table) => table.name === node.name && table.kind === node.type,
      );
      if (found) return found;
    }
    return undefined;
  }

  /** A source's table: the asking package's own before others'. */
  source(
    source: string,
    table: string,
    from: string,
  ): (SourceProperties & { readonly package: string }) | undefined {
    let other: (SourceProperties & { readonly package: string }) | undefined;
    for (const file of this.named.get(table) ?? []) {
      const found = this.read(file).sources.find((entry) => entry.source === source && entry.name === table);
      if (found && file.package === from) return { ...found, package: file.package };
      if (found) other ??= { ...found, package: file.package };
    }
    return other;
  }

  /** Models with versions. */
  versioned(): { package: string; properties: TableProperties }[] {
    const files = this.files.filter((file) => /^[ \t]+versions:/m.test(file.text));
    return files.flatMap((file) =>
      this.read(file)
        .tables.filter((table) => table.versions.length > 0)
        .map((properties) => ({ package: file.package, properties })),
    );
  }

  /** Snapshots that YAML alone defines. */
  yamlSnapshots(): { package: string; properties: TableProperties }[] {
    const files = this.files.filter(
      (file) => /^[ \t]*snapshots:/m.test(file.text) && /^[ \t]+relation:/m.test(file.text),
    );
    return files.flatMap((file) =>
      this.read(file)
        .tables.filter((table) => table.kind === 'snapshot' && table.relation !== undefined)
        .map((properties) => ({ package: file.package, properties })),
    );
  }

  /** A `{% docs %}` block's text. */
  doc(name: string): string | undefined {
    return this.docs.get(name);
  }

  /** A description with `{{ doc('x') }}` in it put in place. */
  describe(text: string | undefined): string | undefined {
    return text?.replace(
      /\{\{\s*doc\(\s*(?:["'][^"']*["']\s*,\s*)?["']([^"']+)["']\s*\)\s*\}\}/g,
      (all, name: string) => this.docs.get(name) ?? all,
    );
  }
}
