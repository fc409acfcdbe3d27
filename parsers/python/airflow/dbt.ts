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
const valued = new Set(['--profiles-dir', '--profile', '--target', '-t', '--project-dir', '--vars', '--threads', '--target-path', '--log-path', '--state', '--select', '--exclude']); // prettier-ignore
const selecting = new Set(['--select', '-s', '--models', '--model', '-m']);
const word = /(?:'[^']*'|"[^"]*"|[^\s'"])+/g;

/** The dbt commands of a shell script that build something. One whose selection only the run knows is left out, since nothing says what it builds. */
export function dbtRunsOf(command: string): DbtRun[] {
  const runs: DbtRun[] = [];
  let folder = '';
  for (const line of readable(command)
    .replace(/\\\n/g, ' ')
    .split(/\n|&&|\|\||;/)) {
    const words = (line.match(word) ?? []).map((one) => one.replace(/['"]/g, ''));
    const [first, to] = words;
    if (first === 'cd' && to !== undefined)
      folder = to.startsWith('/') || folder === '' ? to : `${folder}/${to}`;
    const dbt = words.findIndex((one) => /(^|\/)dbt$/.test(one));
    const made = dbt < 0 ? null : dbtRun(words.slice(dbt + 1), folder);
    if (made) runs.push(made);
  }
  return runs;
}

function dbtRun(words: readonly string[], from: string): DbtRun | null {
  let command: DbtRun['command'] | undefined;
  let folder = from;
  const lists: Record<'select' | 'exclude', string[]> = { select: [], exclude: [] };
  let option = '';
  for (const given of words) {
    const [name = '', value] = given.startsWith('-') ? given.split(/=(.*)/s) : ['', given];
    if (name !== '') option = selecting.has(name) ? '--select' : valued.has(name) ? name : '';
    if (/^--(selector|resource-types?|defer-state)$/.test(name)) return null;
    if (value === undefined) continue;
    if (option === '--select' || option === '--exclude')
      lists[option === '--select' ? 'select' : 'exclude'].push(...value.split(/\s+/)); // prettier-ignore
    else if (option === '--project-dir') folder = value;
    else if (command === undefined && own(commands, value)) command = own(commands, value);
    else if (option === '' && value.includes('{')) return null;
    if (option !== '--select' && option !== '--exclude') option = '';
  }
  if (command === undefined || [...lists.select, ...lists.exclude].some((one) => one.includes('{')))
    return null;
  return { folder, command, ...lists };
}

/** `DbtRunOperator(select=…, dir=…)` and its like of any package, those of Cosmos with them; null for those that only test, and for jobs of dbt Cloud. */
export function dbtOperator(name: string, call: Call): DbtRun | null {
  const command = own(
    commands,
    (/^Dbt(Run|Build|Snapshot|Seed)\w*Operator$/.exec(name)?.[1] ?? '').toLowerCase(),
  );
  if (command === undefined) return null;
  const { keywords } = call;
  const folder = readable(textOf(keywords.get('project_dir') ?? keywords.get('dir')) ?? '');
  return withSelection({ folder, command }, keywords.get('select') ?? keywords.get('models'), keywords.get('exclude')); // prettier-ignore
}

/** Cosmos: `project_config=ProjectConfig(folder), render_config=RenderConfig(select=[…])`. */
export function cosmosRun(keywords: ReadonlyMap<string, Value>): DbtRun | null {
  const config = keywords.get('project_config');
  const folder = readable(textOf(field(config, 'dbt_project_path') ?? field(config, '0')) ?? '');
  const render = keywords.get('render_config');
  if ((render !== undefined && render.is !== 'object') || field(render, 'selector')) return null;
  return withSelection({ folder, command: 'build' }, field(render, 'select'), field(render, 'exclude'));
}

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
