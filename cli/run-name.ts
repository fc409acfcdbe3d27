/** Finds the run that a person names. */
import { editDistance } from '../inference/link/match-table.ts';
import { NothingFound } from './exit.ts';

const listed = 5;

/**
 * The run with this id, else the only one whose id starts so; `last`: the first of the list. Throws `NothingFound` with the ids that fit or come near.
 * `what` names the runs that are looked through, as in "run under way".
 */
export function pickRun<T>(name: string, runs: readonly T[], idOf: (run: T) => string, what = 'run'): T {
  const [latest] = runs;
  if (latest === undefined)
    throw new NothingFound(`There is no ${what}. \`tablelore status\` lists all runs.`);
  if (name === 'last') return latest;
  const exact = runs.find((run) => idOf(run) === name);
  if (exact !== undefined) return exact;
  const fitting = runs.filter((run) => idOf(run).startsWith(name));
  const [only, ...others] = fitting;
  if (only === undefined)
    throw new NothingFound(`No ${what} is called ${name}. These come near:\n${list(nearest(name, runs.map(idOf)))}`); // prettier-ignore
  if (others.length > 0)
    throw new NothingFound(`${fitting.length} runs have ids that start so; give more of one:\n${list(fitting.map(idOf))}`); // prettier-ignore
  return only;
}

/** Ids that hold the name come first, then those that begin most like it. */
function nearest(name: string, ids: readonly string[]): string[] {
  const distance = (id: string) =>
    id.includes(name) ? 0 : editDistance(name, id.slice(0, name.length), name.length);
  return [...new Set(ids)].map((id) => ({ id, distance: distance(id) })).sort((a, b) => a.distance - b.distance).map(({ id }) => id); // prettier-ignore
}

function list(ids: readonly string[]): string {
  const shown = ids.slice(0, listed).map((id) => `  ${id}`);
  const more = ids.length - shown.length;
  return [...shown, ...(more > 0 ? [`  and ${more} more`] : [])].join('\n');
}
