/** An instant as ISO 8601 in UTC, of what logs write: ISO text with or without zone (then UTC), `2026-05-01 12:00:00.5 UTC`,
 * `… -0700`, or a count since 1970 in seconds, milliseconds, microseconds or nanoseconds, told apart by size. Undefined for anything else. */
export function instant(value: unknown): string | undefined {
  if (typeof value === 'number') return fromCount(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?(e\d+)?$/i.test(text)) return fromCount(Number(text));
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}(?::\d{2})?)(\.\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?)?$/i.exec(
      text,
    );
  if (match === null) return undefined;
  const [, day = '', clock = '00:00:00', fraction = '', zone = 'Z'] = match;
  const iso = `${day}T${clock}${fraction.slice(0, 4)}${zoneOf(zone)}`;
  return fromMilliseconds(Date.parse(iso));
}

function zoneOf(zone: string): string {
  if (/^(z|utc|gmt)$/i.test(zone)) return 'Z';
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return `${zone[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
}

function fromCount(count: number): string | undefined {
  const unit = count < 1e11 ? 1e3 : count < 1e14 ? 1 : count < 1e17 ? 1e-3 : 1e-6;
  return fromMilliseconds(count * unit);
}

function fromMilliseconds(time: number): string | undefined {
  return Number.isFinite(time) && Math.abs(time) < 8e15 ? new Date(time).toISOString() : undefined;
}
