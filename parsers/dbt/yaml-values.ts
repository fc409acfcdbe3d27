/** Small readings of YAML values that dbt writes in several ways. */
import { own } from '../../schema/contracts/own.ts';
import type { YamlValue } from '../yaml/document.ts';
import type { Config, Place } from './types.ts';

export function place(value: YamlValue, path: string): Place {
  return { path, line: value.lines[0] };
}

/** A list of strings, or one string alone. */
export function strings(value: YamlValue | undefined): string[] {
  if (value === undefined) return [];
  const alone = value.text();
  if (alone !== undefined) return [alone];
  return value.items().flatMap((item) => item.text() ?? []);
}

/** The `config:` block as plain JSON, without the leading `+` that keys may carry. */
export function configOf(value: YamlValue): Config {
  const plain = value.get('config')?.plain();
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) return {};
  return Object.fromEntries(
    Object.entries(plain).map(([key, entry]) => [key.replace(/^\+/, ''), entry as unknown]),
  );
}

/** An owner as dbt knows it (`owner: {name, email}`) or as people put it into `meta`. */
export function ownerOf(value: YamlValue, meta: Config): string | undefined {
  const declared = value.get('owner') ?? value.get('config')?.get('owner');
  return personOf(declared?.plain()) ?? personOf(meta['owner']) ?? personOf(meta['owners']);
}

/** A person or team in text: `a`, `[a, b]` → `a, b`, `{name, email}` → `name <email>`. */
export function personOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value.trim() || undefined;
  if (Array.isArray(value))
    return (
      value
        .map(personOf)
        .filter((one) => one !== undefined)
        .join(', ') || undefined
    );
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, email } = value as { name?: unknown; email?: unknown };
  const mail = personOf(email);
  if (typeof name === 'string' && name !== '') return mail === undefined ? name : `${name} <${mail}>`;
  return mail;
}

const PERIODS: Record<string, number> = { minute: 60, hour: 3600, day: 86_400 };

/** `{count: 12, period: hour}` in seconds; undefined where either is missing or a template. */
export function seconds(value: YamlValue | undefined): number | undefined {
  const count = Number(value?.get('count')?.text() ?? Number.NaN);
  const unit = own(PERIODS, value?.get('period')?.text() ?? '');
  return unit === undefined || Number.isNaN(count) ? undefined : count * unit;
}

/** A property that is left out where there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  return value === undefined ? {} : ({ [key]: value } as Partial<Record<K, V>>);
}

/** A plain object, empty for anything else. */
export function objectOf(value: unknown): Config {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Config) : {};
}
