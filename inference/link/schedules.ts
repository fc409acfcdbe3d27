/** Schedules as schedulers write them: in words, and how often they run. */
import { own } from '../../schema/contracts/own.ts';

/** `cron`: what a preset is short for; absent for what does not come again. */
const presets: Readonly<Record<string, { readonly words: string; readonly cron?: string }>> = {
  '@hourly': { words: 'every hour', cron: '0 * * * *' },
  '@daily': { words: 'every day at 00:00', cron: '0 0 * * *' },
  '@midnight': { words: 'every day at 00:00', cron: '0 0 * * *' },
  '@weekly': { words: 'every week', cron: '0 0 * * 0' },
  '@monthly': { words: 'every month', cron: '0 0 1 * *' },
  '@quarterly': { words: 'every quarter', cron: '0 0 1 */3 *' },
  '@yearly': { words: 'every year', cron: '0 0 1 1 *' },
  '@annually': { words: 'every year', cron: '0 0 1 1 *' },
  '@once': { words: 'once' },
};

export function scheduleWords(schedule: string): string {
  const preset = own(presets, schedule);
  if (preset) return preset.words;
  const daily = /^(\d{1,2}) (\d{1,2}) \* \* \*$/.exec(schedule);
  if (daily) return `every day at ${(daily[2] ?? '').padStart(2, '0')}:${(daily[1] ?? '').padStart(2, '0')}`;
  const hourly = /^(\d{1,2}) \* \* \* \*$/.exec(schedule);
  if (hourly) return `every hour at minute ${hourly[1] ?? ''}`;
  return `on schedule "${schedule}"`;
}

/** Runs a week of a cron expression or preset, roughly; 0 for what is neither, and for what has no say in it (`L`, `#`). */
export function runsAWeek(schedule: string): number {
  const fields = (own(presets, schedule)?.cron ?? schedule).trim().split(/\s+/);
  const times = units.map((unit, index) => timesOf(fields[index] ?? '', unit));
  if (fields.length !== units.length || times.includes(0)) return 0;
  const [minutes = 0, hours = 0, monthDays = 0, months = 0, weekDays = 0] = times;
  const ofMonth = (monthDays * 7) / 31;
  // Of the two fields for days the one that says "any" does not count; where neither says it, a day of either will do.
  const days = isAny(fields[2]) ? weekDays : isAny(fields[4]) ? ofMonth : Math.min(7, weekDays + ofMonth);
  return (minutes * hours * days * months) / 12;
}

const isAny = (field: string | undefined): boolean => field === '*' || field === '?';

/** A field of cron: its values from `low` to `high`, their names in order, and after how many they begin again. */
interface Unit {
  readonly low: number;
  readonly high: number;
  readonly names: readonly string[];
  readonly turn: number;
}

const unit = (low: number, high: number, names = '', turn = high - low + 1): Unit => ({
  low,
  high,
  names: names.split(' ').filter((name) => name !== ''),
  turn,
});
const units = [
  unit(0, 59),
  unit(0, 23),
  unit(1, 31),
  unit(1, 12, 'JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC'),
  unit(0, 7, 'SUN MON TUE WED THU FRI SAT', 7),
];

/** How many values a field names; 0 where it is not one of cron. Ranges may go past the last value (`22-2`, `FRI-MON`). */
function timesOf(field: string, { low, high, names, turn }: Unit): number {
  const named = new Set<number>();
  for (const part of field.toUpperCase().split(',')) {
    const [, any, first = '', last, step] = /^(?:([*?])|(\w+)(?:-(\w+))?)(?:\/([1-9]\d*))?$/.exec(part) ?? [];
    const valueOf = (text: string): number => (names.includes(text) ? names.indexOf(text) + low : /^\d+$/.test(text) ? Number(text) : NaN); // prettier-ignore
    const from = any === undefined ? valueOf(first) : low;
    const open = any !== undefined || (last === undefined && step !== undefined);
    const to = open ? low + turn - 1 : valueOf(last ?? first);
    if (![from, to].every((value) => value >= low && value <= high)) return 0;
    const end = to < from ? to + turn : to;
    for (let value = from; value <= end; value += Number(step ?? 1)) named.add((value - low) % turn);
  }
  return named.size;
}
