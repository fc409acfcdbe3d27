/** What the model may ask for: reading, and nothing else. The repository is the commit of the run, and only its text files. */
import { z } from 'zod';
import { strictSchema, type JsonSchema } from './strict-schema.ts';

const path = z.string().describe("From the repository's root: `dbt/models/orders.sql`.");
const page = z.int().nullable().describe('From 1; null: the first.');

const parameters = {
  read_file: z.strictObject({
    path,
    from: z.int().nullable().describe('First line, from 1; null: the start.'),
    to: z.int().nullable().describe('Last line; null: as far as fits.'),
  }),
  search: z.strictObject({
    pattern: z.string().describe('What a line must hold.'),
    regex: z
      .boolean()
      .describe('Whether the pattern is a regular expression (RE2: no look-around, no back-references).'),
    ignore_case: z.boolean(),
    paths: z.string().nullable().describe('Glob over paths, such as `dbt/**/*.yml`; null: all files.'),
    page,
  }),
  list_folder: z.strictObject({ path: z.string().describe('A folder; empty: the root.'), page }),
  look_up_table: z.strictObject({ table: z.string().describe('A table id, or the end of one.'), page }),
  file_history: z.strictObject({ path, page }),
};

const descriptions: Readonly<Record<ToolName, string>> = {
  read_file: 'Shows numbered lines of a file.',
  search:
    'Finds lines by text or regular expression, one line at a time, in all files or those of a glob. Shows path, line number and line.',
  list_folder: 'Names the files and folders of a folder.',
  look_up_table:
    'Tells what is declared, proved and observed about a table: grain, columns, population, what it reads and what reads it.',
  file_history: 'Tells who changed a file when and why: commits, latest first.',
};

export type ToolName = keyof typeof parameters;
export type ToolInput<Name extends ToolName> = z.infer<(typeof parameters)[Name]>;
export type ToolCall = {
  [Name in ToolName]: { readonly tool: Name; readonly input: ToolInput<Name> };
}[ToolName];

/** A function tool as the Responses API takes it. */
export interface ToolDefinition {
  readonly type: 'function';
  readonly name: ToolName;
  readonly description: string;
  readonly strict: true;
  readonly parameters: JsonSchema;
}

const names = Object.keys(parameters) as ToolName[];

/** The same object for every request, so that it is the same bytes. */
export const toolDefinitions: readonly ToolDefinition[] = names.map((name) => ({
  type: 'function',
  name,
  description: descriptions[name],
  strict: true,
  parameters: strictSchema(parameters[name]),
}));

/** Reads a call as the model made it. `problem`: words for the model. */
export function readToolCall(name: string, json: string): ToolCall | { readonly problem: string } {
  const tool = names.find((each) => each === name);
  if (tool === undefined) return { problem: `There is no tool of that name. There are ${names.join(', ')}.` };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { problem: 'The arguments are not JSON.' };
  }
  const parsed = parameters[tool].safeParse(value);
  if (parsed.success) return { tool, input: parsed.data } as ToolCall;
  const issues = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  return { problem: `The arguments do not fit: ${issues.slice(0, 5).join('; ')}.` };
}
