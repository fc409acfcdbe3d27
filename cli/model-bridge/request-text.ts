/** A request to a model as a person reads it. Pure. */
import type { ResponsesRequest } from './answers.ts';

/** As Markdown: how to answer, then what the model would be given. `name` is that of the answer's file. */
export function requestText(request: ResponsesRequest, name: string): string {
  const { model, instructions, tools, tool_choice, input, text } = request;
  const mayCall = tools.length > 0 && tool_choice !== 'none';
  const ways = [
    '`{"answer": …}`, of the shape at the end',
    ...(mayCall ? ['`{"calls": [{"tool": "…", "input": {…}}]}`'] : []),
    '`{"refusal": "…"}`',
  ];
  return [
    `# Request to ${model}`,
    `Write \`${name}\`: ${ways.join(', or ')}.`,
    section('Instructions', instructions),
    ...input.map(itemSection),
    ...(mayCall ? tools.map((tool) => section(`Tool ${tool.name}`, `${tool.description}\n\n${json(tool.parameters)}`)) : []), // prettier-ignore
    ...(text?.format.schema === undefined ? [] : [section('Shape of the answer', json(text.format.schema))]),
  ].join('\n\n');
}

const section = (title: string, body: string): string => `## ${title}\n\n${body}`;
const json = (value: unknown): string => JSON.stringify(value, null, 2);

function itemSection(item: Readonly<Record<string, unknown>>): string {
  if (item.type === 'function_call') return section(`Call of ${String(item.name)}`, String(item.arguments));
  if (item.type === 'function_call_output') return section('Its answer', String(item.output));
  if (typeof item.content === 'string') return section(`From ${String(item.role)}`, item.content);
  return section(String(item.type), json(item));
}
