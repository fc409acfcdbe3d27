/** What several benches are given. */
import { readFileSync } from 'node:fs';
import { dialects, type Dialect } from '../schema/contracts/dialect.ts';
import { UserError } from '../schema/contracts/errors.ts';

/** The value of `--dialect`; throws a `UserError` when there is no such dialect. */
export function dialectFlag(text: string | undefined): Dialect | undefined {
  const found = dialects.find((one) => one === text);
  if (text === undefined || found !== undefined) return found;
  throw new UserError(`There is no dialect "${text}".`, { next: `Give one of ${dialects.join(', ')}.` });
}

/** The objects of a file with one on each line; empty lines do not count. */
export const readJsonLines = <T>(path: string): T[] =>
  readFileSync(path, 'utf8').split('\n').filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T); // prettier-ignore
