/** Which repositories and dates a run is about. */
import type { Config } from '../schema/contracts/config.ts';
import { UserError } from '../schema/contracts/errors.ts';
import type { Plan, PlanRequest } from './contract.ts';
import { repoConfig } from './deps.ts';

const dayMs = 86_400_000;
/** More would not fit in what a workflow may return. */
const mostNights = 1_000;

/** The nominal day is taken in the schedule's time zone. Throws a `UserError` where there is no such repository or night, or there are too many. */
export function plan(config: Config, request: PlanRequest): Plan {
  const { timeZone } = config.schedule;
  const repos =
    request.repo === null
      ? config.repos.map((repo) => repo.name)
      : [repoConfig({ config }, request.repo).name];
  const nominal = dayIn(timeZone, request.nominalTime);
  const from = request.from ?? request.to ?? nominal;
  const to = request.to ?? (request.from === null ? nominal : maxDate(request.from, nominal));
  if (from > to)
    throw new UserError(`"from" (${from}) is after "to" (${to}).`, {
      next: 'Give the older date as "from".',
    });
  const today = dayIn(timeZone, Date.now());
  if (to > today) throw new UserError(`${to} is in the future.`, { next: `Give a date up to ${today}.` });
  const dates: string[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += request.everyDays * dayMs)
    dates.push(new Date(time).toISOString().slice(0, 10));
  if (dates.length * repos.length > mostNights)
    throw new UserError(`${dates.length * repos.length} nights are too many for one run.`, {
      next: `Give a shorter range or a larger "every": at most ${mostNights} nights.`,
    });
  return { repos, dates };
}

const maxDate = (a: string, b: string): string => (a > b ? a : b);

/** The ISO date of a moment in a time zone. */
export function dayIn(timeZone: string, time: number): string {
  return new Intl.DateTimeFormat('en-CA', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(time);
}
