/**
 * What a record itself has under a key that comes from outside: undefined for a key such as `constructor` or `toString`, which
 * `record[key]` would find in every object.
 */
export function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
