/** Python's date formats. */
import { own } from '../../schema/contracts/own.ts';
import { JinjaError } from './error.ts';

const DAY = 86_400_000;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

function two(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;
}

/** Python's strftime on a UTC date; an unknown directive stays as it is. */
export function strftime(date: Date, format: string): string {
  const iso = date.toISOString();
  return format.replace(/%-?([a-zA-Z%])/g, (all, code: string) => {
    const padded = directive(date, iso, code);
    return padded === undefined ? all : all.startsWith('%-') ? padded.replace(/^0+(?=.)/, '') : padded;
  });
}

function directive(date: Date, iso: string, code: string): string | undefined {
  switch (code) {
    case 'Y':
      return iso.slice(0, 4);
    case 'y':
      return iso.slice(2, 4);
    case 'm':
      return iso.slice(5, 7);
    case 'd':
      return iso.slice(8, 10);
    case 'H':
      return iso.slice(11, 13);
    case 'I':
      return two(date.getUTCHours() % 12 || 12);
    case 'M':
      return iso.slice(14, 16);
    case 'S':
      return iso.slice(17, 19);
    case 'f':
      return `${iso.slice(20, 23)}000`;
    case 'p':
      return date.getUTCHours() < 12 ? 'AM' : 'PM';
    case 'j':
      return two(dayOfYear(date), 3);
    case 'B':
      return MONTHS[date.getUTCMonth()];
    case 'b':
      return MONTHS[date.getUTCMonth()]?.slice(0, 3);
    case 'A':
      return DAYS[date.getUTCDay()];
    case 'a':
      return DAYS[date.getUTCDay()]?.slice(0, 3);
    case 'w':
      return String(date.getUTCDay());
    case 'u':
      return String(date.getUTCDay() || 7);
    case 'F':
      return iso.slice(0, 10);
    case 'T':
      return iso.slice(11, 19);
    case 's':
      return String(Math.floor(date.getTime() / 1000));
    case 'U':
      return two(Math.floor((dayOfYear(date) + 6 - date.getUTCDay()) / 7));
    case 'z':
      return '+0000';
    case 'Z':
      return 'UTC';
    case '%':
      return '%';
    default:
      return undefined;
  }
}

const PARTS: Record<string, string> = {
  Y: '(?<Y>\\d{4})',
  m: '(?<m>\\d{1,2})',
  d: '(?<d>\\d{1,2})',
  H: '(?<H>\\d{1,2})',
  M: '(?<M>\\d{1,2})',
  S: '(?<S>\\d{1,2})',
  f: '(?<f>\\d{1,6})',
  z: '(?:Z|[+-]\\d\\d:?\\d\\d)',
  j: '(?<j>\\d{1,3})',
  y: '(?<y>\\d\\d)',
  b: '(?<b>[A-Za-z]{3})',
  B: '(?<B>[A-Za-z]{3,9})',
};

/** Python's strptime: milliseconds since 1970, in UTC. @throws JinjaError where the text does not fit the format */
export function strptime(value: string, format: string): number {
  const escaped = format.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const pattern = escaped.replace(
    /%([a-zA-Z%])/g,
    (all, code: string) => own(PARTS, code) ?? (code === '%' ? '%' : all),
  );
  const groups = new RegExp(`^${pattern}$`).exec(value)?.groups;
  if (!groups)
    throw new JinjaError(`${JSON.stringify(value)} does not match the date format ${JSON.stringify(format)}`);
  const part = (key: string, otherwise: number): number => Number(groups[key] ?? otherwise);
  const name = groups['b'] ?? groups['B'];
  const month =
    name === undefined
      ? part('m', 1)
      : MONTHS.findIndex((full) => full.toLowerCase().startsWith(name.toLowerCase())) + 1;
  const year = groups['y'] === undefined ? part('Y', 1900) : 2000 + part('y', 0);
  const micros = Number((groups['f'] ?? '0').padEnd(6, '0'));
  const day = groups['j'] === undefined ? part('d', 1) : part('j', 1);
  return Date.UTC(year, month - 1, day, part('H', 0), part('M', 0), part('S', 0)) + Math.floor(micros / 1000);
}
