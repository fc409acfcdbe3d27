/** `tablelore.yml` as text → configuration, every wrong field named with its line. Pure. */
import { isMap, isScalar, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { configSchema, type Config } from '../schema/contracts/config.ts';
import { UserError } from '../schema/contracts/errors.ts';

type Path = readonly (string | number)[];

/** `path` is what errors name the file by. Throws a `UserError` with one line a wrong field. */
export function parseConfig(text: string, path: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken) {
    const { line } = lines.linePos(broken.pos[0]);
    throw new UserError(`${path}:${line}: ${broken.message.split('\n')[0] ?? 'not valid YAML'}`, {
      next: 'Mend the YAML.',
    });
  }
  const result = configSchema.safeParse((document.toJS() as unknown) ?? {});
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap(problemsOf).map(({ field, message }) => {
    const { line } = lines.linePos(positionOf(document, field));
    return `${path}:${line}: ${field.join('.') || 'configuration'}: ${message}.`;
  });
  throw new UserError(problems.join('\n'), { next: 'docs/configuration.md describes every field.' });
}

/** Fields that do not exist are a problem each, named by themselves and not by what they stand in. */
function problemsOf(issue: z.core.$ZodIssue): { field: Path; message: string }[] {
  const at = issue.path as Path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: [...at, key], message: 'there is no such field' }));
  if (issue.code === 'invalid_value')
    return [{ field: at, message: `is none of ${issue.values.map(String).join(', ')}` }];
  const missing =
    issue.code === 'invalid_type' && issue.input === undefined && /received undefined/.test(issue.message);
  return [{ field: at, message: missing ? 'is missing' : issue.message }];
}

/** Offset of the field's key, else of the nearest that there is around it. */
function positionOf(document: Document, field: Path): number {
  for (let length = field.length; length > 0; length -= 1) {
    const owner = length === 1 ? document.contents : document.getIn(field.slice(0, length - 1), true);
    const name = field[length - 1];
    const pair = isMap(owner)
      ? owner.items.find(({ key }) => isScalar(key) && key.value === name)
      : undefined;
    const node = pair?.key ?? document.getIn(field.slice(0, length), true);
    if (node !== null && typeof node === 'object' && 'range' in node && Array.isArray(node.range))
      return Number(node.range[0]);
  }
  return 0;
}
