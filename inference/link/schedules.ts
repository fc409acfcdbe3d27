/** Schedules as schedulers write them: in words, and how often they run. */
import { own } from '../../schema/contracts/own.ts';

const presets: Readonly<Record<string, { readonly words: string; readonly weekly: number }>> = {
  '@hourly': { words: 'every hour', weekly: 168 },
  '@daily': { words: 'every day at 00:00', weekly: 7 },
  '@weekly': { words: 'every week', weekly: 1 },
  '@monthly': { words: 'every month', weekly: 0.23 },
  '@once': { words: 'once', weekly: 0 },
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

/** Runs a week of a cron expression or preset, roughly; 0 for what is neither. */
export function runsAWeek(schedule: string): number {
  const preset = own(presets, schedule);
  if (preset) return preset.weekly;
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== 5) return 0;
  const [minutes = 0, hours = 0, monthDays = 0, months = 0, weekDays = 0] = [60, 24, 31, 12, 7].map((all, index) => times(fields[index] ?? '', all)); // prettier-ignore
  const days = fields[2] === '*' ? weekDays : fields[4] === '*' ? (monthDays * 7) / 31 : weekDays + (monthDays * 7) / 31; // prettier-ignore
  return (minutes * hours * days * months) / 12;
}

const dayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** How many of `all` values a field of cron names. */
function times(field: string, all: number): number {
  const plain = field
    .toUpperCase()
    .replace(/[A-Z]{3}/g, (name) => String(Math.max(0, dayNames.indexOf(name))));
  return plain.split(',').reduce((sum, part) => {
    const [range = '', step = '1'] = part.split('/');
    const [from, to] = range.split('-');
    const span = range === '*' ? all : to === undefined ? 1 : Number(to) - Number(from) + 1;
    return sum + Math.ceil((Number.isNaN(span) ? 1 : span) / Number(step));
  }, 0);
}
