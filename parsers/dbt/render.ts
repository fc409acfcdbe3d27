/** Rendering one node: its SQL for a first and for a later run, its hooks, and what all that rests on. */
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import { JinjaError } from '../jinja/error.ts';
import { parseTemplate, render, type Rendering, type Template } from '../jinja/jinja.ts';
import type { Stmt } from '../jinja/ast.ts';
import type { Limits, MacroUse } from '../jinja/runtime.ts';
import { textHash } from '../reader.ts';
import { mergeConfig } from './config.ts';
import { contextOf } from './context.ts';
import { syntaxDiagnostic } from './macros.ts';
import { baseConfig, nodeConfig, nodeRelation } from './naming.ts';
import type { DbtProject } from './project.ts';
import { pythonModel } from './python-model.ts';
import { Session, type Mode } from './session.ts';
import type { RunValue } from './run-values.ts';
import type { Config, DbtNode, RenderedModel, RenderedText } from './types.ts';
import { objectOf } from './yaml-values.ts';

export interface RenderOptions {
  /** Also render what a later run of an incremental model executes; default true. */
  readonly incremental?: boolean;
  readonly limits?: Partial<Limits>;
}

/**
 * Renders a model, snapshot, singular test or analysis. Never throws for what the files hold.
 * @param which a node, or the path of a file (then its first node)
 * @returns undefined where the project has no such node, or it is a seed
 */
export function renderModel(
  project: DbtProject,
  which: DbtNode | string,
  options: RenderOptions = {},
): RenderedModel | undefined {
  const node = typeof which === 'string' ? project.nodesAt(which)[0] : which;
  if (!node || node.type === 'seed') return undefined;
  const text = project.textOf(node.path) ?? '';
  if (node.language === 'python') return pythonModel(project, node, text);
  const relation = nodeRelation(project, node);
  try {
    const source = node.language === 'yaml' ? snapshotQuery(project, node) : text;
    return renderTemplate(project, node, parseTemplate(source, node.path), options);
  } catch (error) {
    if (!(error instanceof JinjaError)) throw error;
    const config = nodeConfig(project, node);
    return {
      node,
      relation: relation.relationName,
      config,
      materialized: materializedOf(node, config),
      full: { sql: '', lineMap: [] },
      hooks: [],
      dependencies: [],
      macros: [],
      trace: {},
      diagnostics: [syntaxDiagnostic(error, node.path)],
    };
  }
}

function renderTemplate(
  project: DbtProject,
  node: DbtNode,
  template: Template,
  options: RenderOptions,
): RenderedModel {
  const self = nodeRelation(project, node);
  const base = baseConfig(project, node);
  const body = bodyOf(template, node);
  const run = (mode: Mode, config: Config, other?: RunValue): { session: Session; rendering: Rendering } => {
    const session = new Session(project, mode, node, config, self, other);
    const rendering = render(
      template,
      { lookup: contextOf(session), ...(options.limits && { limits: options.limits }) },
      body,
    );
    return { session, rendering };
  };
  const textOf = ({ session, rendering: { text, lineMap } }: ReturnType<typeof run>): RenderedText => {
    const others = [...session.ofRun].flatMap((by) => {
      const sql = run(session.mode, session.baseConfig, by).rendering.text;
      return sql === text ? [] : [{ by, sql }];
    });
    return { sql: text, lineMap, ...(others.length > 0 && { others }) };
  };
  const first = run('full', base);
  const config = mergeConfig(base, first.session.inFile);
  const materialized = materializedOf(node, config);
  const later =
    options.incremental !== false && materialized === 'incremental' && first.session.askedIncremental
      ? run('incremental', config)
      : undefined;
  const differs = later !== undefined && later.rendering.text !== first.rendering.text;
  const hooks = renderHooks(project, node, config);
  const runs = [first, ...(later ? [later] : [])];
  const dependencies = unique(
    runs.flatMap(({ session }) => session.dependencies),
    (d) => `${d.kind} ${d.uniqueId ?? d.name} ${d.place.path}:${d.place.line}`,
  );
  const used = unique(
    runs.flatMap(({ rendering }) => rendering.trace),
    (macro) => `${macro.path} ${macro.name}`,
  );
  const asked = new Map(runs.flatMap(({ session }) => [...session.asked]));
  return {
    node,
    relation: self.relationName,
    config,
    materialized,
    full: textOf(first),
    ...(differs && { incremental: textOf(later) }),
    hooks: hooks.texts,
    dependencies,
    macros: used
      .filter((macro) => macro.path !== node.path)
      .map((macro) => `${packageOf(project, macro)}.${macro.name}`),
    trace: traceOf(project, node, used, asked, base),
    diagnostics: unique(
      [...runs.flatMap(({ rendering }) => rendering.diagnostics), ...hooks.diagnostics],
      (d) => `${d.code} ${d.path}:${d.line} ${d.message}`,
    ),
  };
}

/** A YAML snapshot's query, on the line where it is declared. */
function snapshotQuery(project: DbtProject, node: DbtNode): string {
  return `${'\n'.repeat(node.line - 1)}select * from {{ ${project.properties.of(node)?.relation ?? ''} }}`;
}

function bodyOf(template: Template, node: DbtNode): readonly Stmt[] {
  if (node.type !== 'snapshot' || node.language === 'yaml') return template.body;
  const block = template.blocks.find((entry) => entry.type === 'snapshot' && entry.name === node.name);
  // Macros and variables that the file sets above the block belong to it.
  const before = template.body.filter((statement) => statement.kind === 'macro' || statement.kind === 'set');
  return block ? [...before, ...block.body] : [];
}

function materializedOf(node: DbtNode, config: Config): string {
  if (node.type === 'snapshot') return 'snapshot';
  if (node.type === 'test') return 'test';
  return typeof config['materialized'] === 'string'
    ? config['materialized']
    : node.type === 'analysis'
      ? 'analysis'
      : 'view';
}

function renderHooks(
  project: DbtProject,
  node: DbtNode,
  config: Config,
): { texts: RenderedModel['hooks']; diagnostics: Diagnostic[] } {
  const texts: { when: 'pre' | 'post'; sql: string }[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const when of ['pre', 'post'] as const) {
    const given = config[`${when}_hook`];
    for (const hook of Array.isArray(given) ? (given as unknown[]) : given === undefined ? [] : [given]) {
      const sql = typeof hook === 'string' ? hook : objectOf(hook)['sql'];
      const text = typeof sql === 'string' ? sql : '';
      try {
        const session = new Session(project, 'full', node, config, nodeRelation(project, node));
        const rendering = render(parseTemplate(text, node.path), { lookup: contextOf(session) });
        if (rendering.text.trim() !== '') texts.push({ when, sql: rendering.text });
        // A hook mostly administers the warehouse; the model's own text is not the worse for it.
        diagnostics.push(
          ...rendering.diagnostics.map((d) =>
            d.severity === 'error' ? { ...d, severity: 'warning' as const } : d,
          ),
        );
      } catch (error) {
        if (!(error instanceof JinjaError)) throw error;
        diagnostics.push({ ...syntaxDiagnostic(error, node.path), severity: 'warning' });
      }
    }
  }
  return { texts, diagnostics };
}

function unique<T>(items: readonly T[], key: (item: T) => string): T[] {
  return [...new Map(items.toReversed().map((item) => [key(item), item])).values()].reverse();
}

function packageOf(project: DbtProject, macro: MacroUse): string {
  const builtin = /^<(\w+)>$/.exec(macro.path)?.[1];
  if (builtin !== undefined) return builtin;
  for (const owner of project.packages.keys())
    if (project.macros.find(owner, macro.name)?.path === macro.path) return owner;
  return project.name;
}

/** Facts made from this render hold as long as each entry is the same. `macros` covers a macro that comes to shadow another. */
function traceOf(
  project: DbtProject,
  node: DbtNode,
  used: readonly MacroUse[],
  asked: Session['asked'],
  base: Config,
): Record<string, string> {
  const trace: Record<string, string> = { [`config:${node.uniqueId}`]: textHash(JSON.stringify(base)) };
  for (const macro of used) {
    if (macro.path === node.path || macro.path.startsWith('<')) continue;
    const owner = packageOf(project, macro);
    const entry = project.macros.find(owner, macro.name);
    trace[`macro:${owner}.${macro.name}`] = entry ? macroHash(project, entry.path) : '';
  }
  for (const [key, answer] of asked) {
    const text = typeof answer === 'string' ? answer : answer();
    trace[key] = text === '' ? '' : textHash(text);
  }
  return trace;
}

/** SHA-256 of the file that holds a macro; worked out once a project. */
export function macroHash(project: DbtProject, path: string): string {
  const key = `hash:${path}`;
  const known = project.memo.get(key) as string | undefined;
  if (known !== undefined) return known;
  const hash = textHash(project.textOf(path) ?? '');
  project.memo.set(key, hash);
  return hash;
}
