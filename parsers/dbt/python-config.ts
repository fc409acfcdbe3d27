/** `dbt.config(…)` of Python models. */
import type { Config } from './types.ts';

const CONFIG = /\bdbt\.config\(([^)]*)/;

/** Keyword arguments of `dbt.config(…)` that are plain strings, or lists of them. */
export function pythonConfig(text: string): Config {
  const body = CONFIG.exec(text)?.[1] ?? '';
  const given = body.matchAll(/\b(\w+)\s*=\s*(?:\[([^[\]]*)\]|["']([^"']*)["'])/g);
  return Object.fromEntries(
    Array.from(given, ([, key = '', list = '', value]): [string, unknown] => [
      key,
      value ?? Array.from(list.matchAll(/["']([^"']*)["']/g), (item) => item[1]),
    ]),
  );
}
