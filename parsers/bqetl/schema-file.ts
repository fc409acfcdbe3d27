import type { DeclaredColumn } from '../../schema/contracts/facts.ts';
import { readYaml, type YamlValue } from '../yaml/document.ts';

const maxDepth = 15;

export interface SchemaColumns {
  readonly columns: readonly DeclaredColumn[];
  /** Top-level columns with `mode: REQUIRED`. */
  readonly required: readonly string[];
}

/** The fields of a BigQuery schema (`schema.yaml`, or JSON in the same shape). Fields of records become dotted columns after their record;
 * a repeated field's type is `ARRAY<…>`. `include` gives the text of a file that a description is taken from. */
export function schemaColumns(
  fields: readonly YamlValue[],
  include: (path: string) => string | undefined,
): SchemaColumns {
  const columns: DeclaredColumn[] = [];
  const required: string[] = [];
  const shared = new Map<string, ReadonlyMap<string, string>>();
  const descriptionsOf = (path: string): ReadonlyMap<string, string> => {
    const known = shared.get(path);
    if (known !== undefined) return known;
    const text = include(path);
    const made = text === undefined ? new Map<string, string>() : sharedDescriptions(path, text);
    shared.set(path, made);
    return made;
  };
  const visit = (list: readonly YamlValue[], prefix: string, depth: number): void => {
    for (const field of list) {
      const name = field.get('name')?.text();
      if (name === undefined) continue;
      const mode = field.get('mode')?.text()?.toUpperCase();
      const type = typeOf(field, mode);
      const description = describe(field, descriptionsOf);
      columns.push({
        name: prefix + name,
        ...(type === undefined ? {} : { type }),
        ...(description === undefined ? {} : { description }),
        line: field.lines[0],
      });
      if (mode === 'REQUIRED' && prefix === '') required.push(name);
      if (depth < maxDepth) visit(field.get('fields')?.items() ?? [], `${prefix}${name}.`, depth + 1);
    }
  };
  visit(fields, '', 0);
  return { columns, required };
}

function typeOf(field: YamlValue, mode: string | undefined): string | undefined {
  const type = field.get('type')?.text()?.toUpperCase();
  if (type === undefined) return undefined;
  return mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

/** A description, or `!include-field-description` with the file and the field that it is written at. */
function describe(
  field: YamlValue,
  descriptionsOf: (path: string) => ReadonlyMap<string, string>,
): string | undefined {
  const value = field.get('description');
  if (value?.tag !== '!include-field-description') return value?.text()?.trim() || undefined;
  const file = value.get('file')?.text();
  const name = value.get('field')?.text();
  if (file === undefined || name === undefined) return undefined;
  return descriptionsOf(file).get(name);
}

/** Hundreds of schemas share one file of descriptions: the last few that were read are kept, by their text. */
const recent = new Map<string, ReadonlyMap<string, string>>();

function sharedDescriptions(path: string, text: string): ReadonlyMap<string, string> {
  const known = recent.get(text);
  if (known !== undefined) return known;
  if (recent.size >= 4) recent.delete(recent.keys().next().value ?? '');
  const out = new Map<string, string>();
  for (const item of readYaml(path, text).root?.get('fields')?.items() ?? []) {
    const name = item.get('name')?.text();
    const description = item.get('description')?.text()?.trim();
    if (name !== undefined && description) out.set(name, description);
  }
  recent.set(text, out);
  return out;
}
