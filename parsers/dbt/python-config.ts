/** `dbt.config(…)` of Python models. */
import type { Config } from './types.ts';

const CONFIG = /\bdbt\.config\(([^)]*)\)/;

/** Keyword arguments of `dbt.config(…)` that are plain strings, or lists of them. */
export function pythonConfig(text: string): Config {
  const body = CONFIG.exec(text)?.[1] ?? '';
  const config: Record<string, unknown> = {};
  for (const [, key = '', list, value] of body.matchAll(/(\w+)\s*=\s*(?:\[([^\]]*)\]|["']([^"']*)["'])/g)) {
    config[key] = value ?? Array.from((list ?? '').matchAll(/["']([^"']*)["']/g), (item) => item[1]);
  }
  return config;
}
