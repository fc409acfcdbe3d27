import type { Findings, TracedFiles } from '../reader.ts';
import { callFunction } from '../typescript/calls.ts';
import { interpret } from '../typescript/interpret.ts';
import { linesOf, type Run } from '../typescript/run.ts';
import { entry, hostValue, textOf, type CallSite, type Value } from '../typescript/values.ts';
import { actionTypes, addAction, type Action, type RenderedText } from './action.ts';
import { importedFrom, type makers } from './code.ts';
import { contextValue, type QueryContext } from './context.ts';
import type { LoadedProject } from './load.ts';
import { addressOf, type ActionIndex, type Address } from './names.ts';

/** An action as JavaScript makes it, before its queries are put together. */
interface Draft {
  readonly kind: (typeof makers)[number];
  readonly name: string;
  config: Value | undefined;
  query: Value | undefined;
  readonly operations: Value[];
  site: CallSite;
}

/** The actions that a file of `definitions/` makes. */
function drafts(
  path: string,
  text: string,
  project: Pick<LoadedProject, 'settings' | 'code' | 'sink'>,
): { list: Draft[]; run: Run } {
  const list: Draft[] = [];
  const { settings, code, sink } = project;
  sink.take = (kind, [first, second], site) => {
    const own = kind === 'declare' ? textOf(entry(first, 'name')) : textOf(first);
    if (own === undefined) return undefined;
    const given = kind === 'declare' ? first : second;
    const isConfig = given?.is === 'object';
    const draft: Draft = {
      kind,
      name: own,
      config: isConfig ? given : undefined,
      query: isConfig ? entry(given, 'query') : given,
      operations: [],
      site,
    };
    list.push(draft);
    return draftValue(draft);
  };
  try {
    const { run } = interpret(path, text, {
      dialect: settings.dialect,
      libraries: [],
      globals: code.globals,
      importModule: (specifier) => importedFrom(specifier, path, code),
      uncalled: false,
    });
    return { list, run };
  } finally {
    sink.take = undefined;
  }
}

/** `.query(…)`, `.preOps(…)`, `.tags(…)`, `.config({…})`: each gives the action again. */
function draftValue(draft: Draft): Value {
  const self: Value = hostValue({
    type: 'action',
    method: (name, args, site) => {
      const [first] = args;
      draft.site = site;
      if (name === 'query' || name === 'queries') draft.query = first;
      else if ((name === 'preOps' || name === 'postOps') && first !== undefined) draft.operations.push(first);
      else if (name === 'config' && first !== undefined) draft.config = merged(draft.config, first);
      else if (first !== undefined) {
        const key = name === 'type' ? 'type' : name;
        draft.config = merged(draft.config, { is: 'object', entries: new Map([[key, first]]), open: true });
      }
      return self;
    },
  });
  return self;
}

const merged = (before: Value | undefined, next: Value): Value =>
  before?.is === 'object' && next.is === 'object'
    ? { is: 'object', entries: new Map([...before.entries, ...next.entries]), open: true }
    : next;

/** Addresses of the actions, for the index of the project. */
export function jsAddresses(
  path: string,
  text: string,
  project: Pick<LoadedProject, 'settings' | 'code' | 'sink'>,
): Address[] {
  return drafts(path, text, project)
    .list.filter((draft) => draft.kind !== 'assert')
    .map((draft) => addressOf(draft.config, draft.name, project.settings));
}

export function readDefinitions(
  path: string,
  text: string,
  project: LoadedProject,
  files: TracedFiles,
  out: Findings,
): void {
  const { list, run } = drafts(path, text, project);
  out.diagnostics.push(...run.out.diagnostics);
  for (const draft of list)
    addAction(actionOf(draft, project, project.index, files, run), path, project.settings.dialect, out);
}

function actionOf(
  draft: Draft,
  project: LoadedProject,
  index: ActionIndex,
  files: TracedFiles,
  run: Run,
): Action {
  const address = addressOf(draft.config, draft.name, project.settings);
  const given = textOf(entry(draft.config, 'type')) ?? 'view';
  const type =
    draft.kind === 'declare'
      ? 'declaration'
      : draft.kind === 'operate'
        ? 'operations'
        : draft.kind === 'assert'
          ? 'assertion'
          : given;
  const render = (value: Value, incremental: boolean): RenderedText | undefined => {
    const context: QueryContext = { self: address, incremental, index, settings: project.settings, files };
    const result =
      value.is === 'function' ? callFunction(value, [contextValue(context)], draft.site.node, run) : value;
    const parts = result.is === 'list' ? result.items : [result];
    const texts = parts.flatMap((part) => (part.is === 'text' ? [part] : []));
    const [first] = texts;
    if (first === undefined) return undefined;
    const line = first.line ?? linesOf(run, draft.site.node)[0];
    return { text: texts.map((part) => part.text).join('\n;\n'), lineMap: (at) => line + at - 1 };
  };
  const full = draft.query === undefined ? undefined : render(draft.query, false);
  const later = draft.query === undefined || type !== 'incremental' ? undefined : render(draft.query, true);
  return {
    type: (actionTypes.test(type) ? type : 'table') as Action['type'],
    address,
    config: draft.config,
    lines: linesOf(run, draft.site.node),
    ...(full === undefined ? {} : { query: full }),
    ...(later === undefined || later.text === full?.text ? {} : { incremental: later }),
    operations: draft.operations.flatMap((value) => render(value, true) ?? []),
  };
}
