/** JSON schemas of the subset that structured output takes in strict mode. */
import { z } from 'zod';
import { own } from '../../schema/contracts/own.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const schemas = new WeakMap<z.ZodType, JsonSchema>();

/**
 * The contract as a strict JSON schema, the same object for the same contract. Throws when the contract needs what strict mode lacks: optional
 * properties (write `.nullable()`), open objects (`z.strictObject`), tuples, defaults, lengths of strings.
 */
export function strictSchema(contract: z.ZodType): JsonSchema {
  const known = schemas.get(contract);
  if (known) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(contract, {
    reused: 'inline',
    override: ({ jsonSchema }) => {
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    },
  });
  const problems = strictSchemaProblems(schema);
  if (problems.length > 0) throw new Error(`Not a strict schema: ${problems.join('; ')}.`);
  schemas.set(contract, schema);
  return schema;
}

const keywords: Readonly<Record<string, readonly string[]>> = {
  object: ['properties', 'required', 'additionalProperties'],
  array: ['items', 'minItems', 'maxItems'],
  string: ['enum', 'const', 'pattern', 'format'],
  number: ['enum', 'const', 'multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  integer: ['enum', 'const', 'multipleOf', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  boolean: ['enum', 'const'],
  null: ['const'],
};
const maxLevels = 10;
const maxProperties = 5_000;
const maxEnumValues = 1_000;
const maxNameCharacters = 120_000;

/** What a server that enforces strict mode would refuse, each with the place in the schema; empty: nothing. */
export function strictSchemaProblems(schema: JsonSchema): string[] {
  const problems: string[] = [];
  const count = { properties: 0, enumValues: 0, characters: 0 };
  if (schema.type !== 'object') problems.push('the root is not an object');
  visit(schema, '#', 1);
  if (count.properties > maxProperties) problems.push(`${count.properties} properties`);
  if (count.enumValues > maxEnumValues) problems.push(`${count.enumValues} enum values`);
  if (count.characters > maxNameCharacters) problems.push(`${count.characters} characters of names`);
  return problems;

  function visit(node: unknown, at: string, level: number): void {
    if (!isRecord(node)) return void problems.push(`${at} is not a schema`);
    if (level > maxLevels) return void problems.push(`${at} is nested deeper than ${maxLevels} levels`);
    if ('anyOf' in node) {
      refuseOthers(node, ['anyOf'], at);
      const options = Array.isArray(node.anyOf) ? node.anyOf : [];
      if (options.length === 0) problems.push(`${at} has an empty anyOf`);
      options.forEach((option, index) => visit(option, `${at}/anyOf/${index}`, level));
      return;
    }
    const types = Array.isArray(node.type) ? node.type : [node.type];
    const allowed = types.flatMap((type) => own(keywords, String(type)) ?? []);
    if (types.some((type) => !Object.hasOwn(keywords, String(type))))
      problems.push(`${at} has no known type`);
    refuseOthers(node, ['type', ...allowed], at);
    countNames(node);
    if (types.includes('object')) visitObject(node, at, level);
    if (types.includes('array')) visit(node.items, `${at}/items`, level + 1);
  }

  function visitObject(node: Record<string, unknown>, at: string, level: number): void {
    const properties = isRecord(node.properties) ? node.properties : {};
    const required = new Set(Array.isArray(node.required) ? node.required : []);
    if (node.additionalProperties !== false) problems.push(`${at} allows other properties`);
    for (const [name, property] of Object.entries(properties)) {
      count.properties += 1;
      count.characters += name.length;
      if (!required.has(name)) problems.push(`${at}/${name} is optional`);
      visit(property, `${at}/${name}`, level + 1);
    }
  }

  function countNames(node: Record<string, unknown>): void {
    const values = [
      ...(Array.isArray(node.enum) ? (node.enum as unknown[]) : []),
      ...('const' in node ? [node.const] : []),
    ];
    count.enumValues += values.length;
    for (const value of values) count.characters += String(value).length;
  }

  function refuseOthers(node: Record<string, unknown>, allowed: readonly string[], at: string): void {
    for (const key of Object.keys(node)) {
      if (key !== 'description' && key !== 'title' && !allowed.includes(key))
        problems.push(`${at} uses ${key}`);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
