import type { z } from 'zod';
import {
  annotationSchema,
  personSchema,
  type Annotation,
  type Person,
} from '../../schema/contracts/annotations.ts';
import type { Diagnostic } from '../../schema/contracts/diagnostic.ts';
import type { Lines } from '../../schema/contracts/facts.ts';
import { readYaml, type YamlValue } from '../yaml/document.ts';

/** An annotation with its lines in the annotations file. */
export type LocatedAnnotation = Annotation & { readonly lines: Lines };

/** The annotations file: a YAML list, or a map with the list under `annotations`. A bad entry costs a diagnostic; the others hold. */
export function readAnnotations(
  path: string,
  text: string,
): { annotations: LocatedAnnotation[]; diagnostics: Diagnostic[] } {
  const { values, diagnostics } = readList(path, text, 'annotations', annotationSchema);
  return { annotations: values.map(({ value, lines }) => ({ ...value, lines })), diagnostics };
}

/** The people file: a YAML list, or a map with the list under `people`. */
export function readPeople(path: string, text: string): { people: Person[]; diagnostics: Diagnostic[] } {
  const { values, diagnostics } = readList(path, text, 'people', personSchema);
  return { people: values.map(({ value }) => value), diagnostics };
}

function readList<Schema extends z.ZodType>(
  path: string,
  text: string,
  key: string,
  schema: Schema,
): { values: { value: z.infer<Schema>; lines: Lines }[]; diagnostics: Diagnostic[] } {
  const document = readYaml(path, text);
  const diagnostics = [...document.diagnostics];
  const values: { value: z.infer<Schema>; lines: Lines }[] = [];
  for (const item of entriesOf(document.root, key)) {
    const result = schema.safeParse(item.plain());
    if (result.success) values.push({ value: result.data, lines: item.lines });
    else {
      const [issue] = result.error.issues;
      diagnostics.push({
        code: `${key}.invalid`,
        severity: 'warning',
        message: `This entry is left out: ${issue?.path.join('.') || 'entry'}: ${issue?.message ?? 'not valid'}`,
        path,
        line: item.lines[0],
        fault: 'user',
      });
    }
  }
  return { values, diagnostics };
}

function entriesOf(root: YamlValue | undefined, key: string): readonly YamlValue[] {
  return (root?.get(key) ?? root)?.items() ?? [];
}
