/** Keys in words: "one row per user per day". */
const hashNames = /(^|_)(pk|sk|key|hash|surrogate_key|row_id|uid|unique_id|scd_id)$/;
const periods = ['second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type Period = (typeof periods)[number];

/** What is known of a key's columns beside their names. */
export interface PhraseColumn {
  readonly name: string;
  readonly type: string | null;
  /** The period that the code truncates it to. */
  readonly truncated: Period | null;
}

/** Of longer keys the columns are named beside the phrase; a sentence of so many is read by nobody. */
const mostNouns = 4;

/** `describe`: the parts of a hashed key, where the code says them. Empty when `key` is null. */
export function grainPhrase(
  key: readonly string[] | null,
  columns: readonly PhraseColumn[],
  parts: readonly string[] | null = null,
): string {
  if (key === null) return '';
  if (key.length === 0) return 'a single row';
  const [only] = key;
  const shown =
    key.length === 1 && parts && parts.length > 0 && only !== undefined && hashNames.test(only.toLowerCase())
      ? parts
      : key;
  const byName = new Map(columns.map((column) => [column.name.toLowerCase(), column]));
  const things: string[] = [];
  const times: Time[] = [];
  for (const name of shown) {
    const column = byName.get(name.toLowerCase());
    const period = column ? periodOf(column) : null;
    if (period === null) things.push(nounOf(name));
    else times.push({ period, of: timeOf(name) });
  }
  const nouns = [...new Set([...things, ...timeNouns(times)])];
  return nouns.length > mostNouns
    ? `one row per combination of ${shown.length} columns`
    : `one row per ${nouns.join(' per ')}`;
}

/** `of`: what it is the time of, "cohort" for `cohort_date_week`; empty where the name does not say. */
interface Time {
  readonly period: Period;
  readonly of: string;
}

const timeOf = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(
      (word) =>
        !/^(second|minute|hour|day|week|month|quarter|year|date|ds|dt|time|start|end|begin|at)$/.test(word),
    )
    .join(' ');

/** The finest period of one time; of several times (a cohort's week, an activity's week) each its own. */
function timeNouns(times: readonly Time[]): string[] {
  const finest = (of: readonly Time[]): Period[] =>
    periods.filter((period) => of.some((time) => time.period === period)).slice(0, 1);
  const named = Map.groupBy(
    times.filter(({ of }) => of !== ''),
    ({ of }) => of,
  );
  if (named.size < 2) return finest(times);
  return [...named].flatMap(([of, group]) => finest(group).map((period) => `${of} ${period}`));
}

/** The period that a column of a key stands for; null when it is no time or an exact one. */
export function periodOf(column: PhraseColumn): Period | null {
  if (column.truncated) return column.truncated;
  const name = column.name.toLowerCase();
  const named = /(^|_)(hour|day|week|month|quarter|year)(_(start|end|date|begin|of_year))?$/.exec(name)?.[2];
  if (named && !/_of_/.test(name)) return named as Period;
  if (column.type && /^date$/.test(column.type)) return 'day';
  if (/(^|_)(date|ds|dt)$|^date_/.test(name) && !/^date_(id|key)$/.test(name)) return 'day';
  return null;
}

/** The finest period among the columns of a key. */
export function timeGrain(key: readonly string[] | null, columns: readonly PhraseColumn[]): Period | null {
  if (!key) return null;
  const wanted = new Set(key.map((name) => name.toLowerCase()));
  const found = columns.filter((column) => wanted.has(column.name.toLowerCase())).map(periodOf);
  return periods.find((period) => found.includes(period)) ?? null;
}

/** Words that tell of an id what kind it is, not of what. */
const kindsOfId = new Set(
  'business external foreign global hashed internal legacy local natural original primary private public surrogate unique'.split(
    ' ',
  ),
);

/** `customer_id` → "customer", `dim_date_key` → "date". */
function nounOf(name: string): string {
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
  const endings = new Set(['id', 'key', 'sk', 'pk', 'fk', 'uuid', 'guid', 'hash', 'hashed']);
  while (words.length > 1 && endings.has(words[words.length - 1] ?? '')) words.pop();
  while (words.length > 1 && /^(dim|fct|fact|stg|pk|fk|sk)$/.test(words[0] ?? '')) words.shift();
  const [only] = words;
  if (words.length === 1 && only !== undefined && endings.has(only)) return name.toLowerCase();
  if (words.length === 1 && only !== undefined && kindsOfId.has(only) && only !== name.toLowerCase())
    return name.toLowerCase().replaceAll('_', ' ');
  return words.join(' ') || name;
}
