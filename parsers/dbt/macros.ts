/** The macros of a project and its packages: where each stands, parsed when first used. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { JinjaError } from '../jinja/error.ts';
import { Macro } from '../jinja/execute.ts';
import { parseTemplate, type Template } from '../jinja/jinja.ts';

const DEFINITION = /\{%[-+]?\s*(macro|test|data_test)\s+(\w+)/g;

export interface MacroEntry {
  readonly package: string;
  readonly name: string;
  readonly path: string;
}

export class MacroIndex {
  readonly diagnostics: Diagnostic[] = [];
  private readonly packages = new Map<string, Map<string, MacroEntry>>();
  private readonly texts = new Map<string, string>();
  private readonly templates = new Map<string, Template | null>();
  private readonly values = new Map<MacroEntry, Macro | null>();

  /** Takes in one file's macros; of two with one name in a package, the later counts. Costs one scan, no parse. */
  add(packageName: string, path: string, text: string): void {
    this.texts.set(path, text);
    const macros = this.packages.get(packageName) ?? new Map<string, MacroEntry>();
    this.packages.set(packageName, macros);
    for (const [, kind, written = ''] of text.matchAll(DEFINITION)) {
      const name = kind === 'macro' ? written : `test_${written}`;
      macros.set(name, { package: packageName, name, path });
    }
  }

  hasPackage(name: string): boolean {
    return this.packages.has(name);
  }

  find(packageName: string, name: string): MacroEntry | undefined {
    return this.packages.get(packageName)?.get(name);
  }

  /** All of a package. */
  of(packageName: string): Iterable<MacroEntry> {
    return this.packages.get(packageName)?.values() ?? [];
  }

  textOf(entry: MacroEntry): string {
    return this.texts.get(entry.path) ?? '';
  }

  /** The macro as a value; undefined (and one diagnostic for its file) where it does not parse. */
  value(entry: MacroEntry): Macro | undefined {
    const known = this.values.get(entry);
    if (known !== undefined) return known ?? undefined;
    const template = this.template(entry.path) ?? this.piece(entry);
    const plainName = entry.name.replace(/^test_/, '');
    const node =
      template?.macros.findLast((macro) => macro.name === entry.name) ??
      template?.blocks.findLast((block) => block.type === 'test' && block.name === plainName);
    const value = node ? new Macro(node, entry.path, null) : null;
    this.values.set(entry, value);
    return value ?? undefined;
  }

  private template(path: string): Template | null {
    const known = this.templates.get(path);
    if (known !== undefined) return known;
    let template: Template | null = null;
    try {
      template = parseTemplate(this.texts.get(path) ?? '', path);
    } catch (error) {
      if (!(error instanceof JinjaError)) throw error;
      // Its macros are still read one by one, so the file is not lost.
      this.diagnostics.push({ ...syntaxDiagnostic(error, path), severity: 'warning' });
    }
    this.templates.set(path, template);
    return template;
  }

  /** One macro cut out of a file that does not parse as a whole: dbt, too, reads what stands between the macros as no template. */
  private piece(entry: MacroEntry): Template | null {
    const text = this.textOf(entry);
    const name = entry.name.replace(/^test_/, '');
    const open = new RegExp(`\\{%[-+]?\\s*(macro|test|data_test)\\s+${name}\\b`).exec(text);
    if (!open) return null;
    const close = new RegExp(`\\{%[-+]?\\s*end${open[1] ?? ''}\\b[^%]*%\\}`, 'g');
    close.lastIndex = open.index;
    const end = close.exec(text);
    const before = text.slice(0, open.index).replace(/[^\n]+/g, '');
    try {
      return end ? parseTemplate(before + text.slice(open.index, close.lastIndex), entry.path) : null;
    } catch (error) {
      if (error instanceof JinjaError) return null;
      throw error;
    }
  }
}

export function syntaxDiagnostic(error: JinjaError, path: string): Diagnostic {
  const line = error.line === undefined ? {} : { line: error.line };
  return { code: 'jinja.syntax', severity: 'error', message: error.message, path, ...line, fault: 'user' };
}
