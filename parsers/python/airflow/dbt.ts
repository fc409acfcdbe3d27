/** What of a dbt project a task builds: by its shell command, or by the arguments of an operator or of Cosmos. */
import type { DbtRun } from '../../../schema/contracts/facts.ts';
import { own } from '../../../schema/contracts/own.ts';
import { readable } from '../../runtime-text.ts';
import type { Call } from '../run.ts';
import { field, textOf, type Value } from '../values.ts';

const commands: Readonly<Record<string, DbtRun['command']>> = {
  run: 'run',
  build: 'build',
  snapshot: 'snapshot',
  seed: 'seed',
};
const valued = new Set(['--profiles-dir', '--profile', '--target', '-t', '--project-dir', '--vars', '--threads', '--target-path', '--log-path', '--log-level', '--log-format', '--warn-error-options', '--state', '--select', '--exclude']); // prettier-ignore
const selecting = new Set(['--select', '-s', '--models', '--model', '-m']);
/** Options that choose by what is not in the code, or build no rows. */
const unknowable = /^--(selector|(exclude-)?resource-types?|defer-state|empty|sample)$/;
const onlyRunKnows = /[{$`]/;

/** The dbt commands of a shell script that build something. One whose selection only the run knows is left out, since nothing says what it builds. `from`: the folder that it begins in. */
export function dbtRunsOf(script: string, from = ''): DbtRun[] {
  const runs: DbtRun[] = [];
  let folder = from;
  for (const words of commandsOf(readable(script))) {
    const [first = '', to] = words;
    if (first === 'cd' && to !== undefined)
      folder = to.startsWith('/') || folder === '' ? to : `${folder}/${to}`;
    const dbt = /^(echo|printf)$/.test(first) ? -1 : words.findIndex((one) => /(^|\/)dbt$/.test(one));
    const made = dbt < 0 ? null : dbtRun(words.slice(dbt + 1), folder);
    if (made) runs.push(made);
  }
  return runs;
}

/** A comment; a redirection with its file; a word; what ends a command. */
const token = /(?<!\S)#[^\n]*|[&\d]?[<>]{1,2}&?[ \t]*(?:[^\s'"|<>&;]+)?|((?:'[^']*'|"[^"]*"|[^\s'"|<>&;])+)|([\n;|&]+)/g; // prettier-ignore

/** The words of each command of a shell script, without quotes. */
function commandsOf(script: string): string[][] {
  const commands: string[][] = [];
  let words: string[] = [];
  for (const [, word, end] of script.replace(/\\\n/g, ' ').matchAll(token)) {
    if (word !== undefined) words.push(word.replace(/['"]/g, ''));
    if (end === undefined) continue;
    commands.push(words);
    words = [];
  }
  return [...commands, words];
}

function dbtRun(words: readonly string[], from: string): DbtRun | null {
  let command: DbtRun['command'] | undefined;
  let folder = from;
  const lists: Record<'select' | 'exclude', string[]> = { select: [], exclude: [] };
  let option = '';
  for (const given of words) {
    const [name = '', value] = given.startsWith('-') ? given.split(/=(.*)/s) : ['', given];
    if (name !== '') option = selecting.has(name) ? '--select' : valued.has(name) ? name : '';
    if (unknowable.test(name)) return null;
    if (value === undefined) continue;
    if (option === '--select' || option === '--exclude') {
      if (onlyRunKnows.test(value)) return null;
      lists[option === '--select' ? 'select' : 'exclude'].push(...value.split(/\s+/));
      continue;
    }
    if (option === '--project-dir') folder = value;
    else if (option === '' && name === '') {
      // The first word that belongs to no option says what dbt does.
      command ??= own(commands, value);
      if (command === undefined || onlyRunKnows.test(value)) return null;
    }
    option = '';
  }
  return command === undefined ? null : { folder, command, ...lists };
}

/** `DbtRunOperator(select=…, dir=…)` and its like of any package, those of Cosmos with them; null for those that only test, for macros, and for jobs of dbt Cloud. */
export function dbtOperator(name: string, call: Call): DbtRun | null {
  const command = own(
    commands,
    (/^Dbt(Run|Build|Snapshot|Seed)(?!Operation)\w*Operator$/.exec(name)?.[1] ?? '').toLowerCase(),
  );
  const { keywords } = call;
  if (command === undefined || isGiven(keywords.get('selector') ?? keywords.get('selector_name'))) return null; // prettier-ignore
  const folder = readable(textOf(keywords.get('project_dir') ?? keywords.get('dir')) ?? '');
  return withSelection({ folder, command }, keywords.get('select') ?? keywords.get('models'), keywords.get('exclude')); // prettier-ignore
}

/** Cosmos: `project_config=ProjectConfig(folder), render_config=RenderConfig(select=[…])`. */
export function cosmosRun(keywords: ReadonlyMap<string, Value>): DbtRun | null {
  const config = keywords.get('project_config');
  const folder = readable(textOf(field(config, 'dbt_project_path') ?? field(config, '0')) ?? '');
  const render = keywords.get('render_config');
  if ((render !== undefined && render.is !== 'object') || isGiven(field(render, 'selector'))) return null;
  return withSelection({ folder, command: 'build' }, field(render, 'select'), field(render, 'exclude'));
}

const isGiven = (value: Value | undefined): boolean => value !== undefined && value.is !== 'none';

function withSelection(
  run: Pick<DbtRun, 'folder' | 'command'>,
  select: Value | undefined,
  exclude: Value | undefined,
): DbtRun | null {
  const [chosen, left] = [selectors(select), selectors(exclude)];
  return chosen && left ? { ...run, select: chosen, exclude: left } : null;
}

/** Null where only the run knows them. */
function selectors(value: Value | undefined): string[] | null {
  if (value === undefined || value.is === 'none') return [];
  const items = value.is === 'list' && !value.open ? value.items : [value];
  const texts = items.map((item) => (item.is === 'text' ? readable(item.text) : '{}'));
  return texts.some((text) => text.includes('{')) ? null : texts.flatMap((text) => text.split(/\s+/));
}
