/** Reads a workflow's one argument: a JSON object, as the UI's start form sends it. */
import type { z } from 'zod';
import { invalidInput } from './night.ts';

/** Nothing, `null` and an empty string mean `{}`. Fails for good, naming each wrong field, when the object does not fit. */
export function readInput<Schema extends z.ZodType>(schema: Schema, input: unknown): z.infer<Schema> {
  const given = input === undefined || input === null || input === '' ? {} : input;
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.length > 0 ? issue.path.join('.') : 'input'}: ${issue.message}`,
  );
  throw invalidInput(`The input does not fit: ${problems.join('; ')}.`);
}
