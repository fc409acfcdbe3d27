/** An answer as the events in which POST /responses streams it. */
import type { answerBody } from './scripted-responses.ts';

type Body = ReturnType<typeof answerBody>;
type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** The events as text, one a part: begun, item by item, ended. */
export function eventsOf(body: Body): string[] {
  const begun = { ...body, status: 'in_progress', output: [], usage: null, error: null };
  const events: Event[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...body.output.flatMap(itemEvents),
    { type: `response.${body.status}`, response: body },
  ];
  return events.map((event, index) => eventText({ ...event, sequence_number: index }));
}

/** An error in place of the rest of the answer. */
export const errorEvent = (code: string): string =>
  eventText({ type: 'error', code, message: `Scripted error: ${code}`, param: null, sequence_number: 2 });

const eventText = (event: Event): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

function itemEvents(item: Readonly<Record<string, unknown>>, index: number): Event[] {
  const at = { output_index: index };
  return [
    { type: 'response.output_item.added', ...at, item: { ...item, status: 'in_progress' } },
    ...partEvents(item, at),
    { type: 'response.output_item.done', ...at, item },
  ];
}

function partEvents(item: Readonly<Record<string, unknown>>, at: object): Event[] {
  const on = { item_id: item.id, ...at };
  if (item.type === 'function_call')
    return [
      { type: 'response.function_call_arguments.delta', ...on, delta: item.arguments },
      { type: 'response.function_call_arguments.done', ...on, arguments: item.arguments },
    ];
  if (item.type !== 'message') return [];
  return (item.content as { type: string; text?: string; refusal?: string }[]).flatMap((part, index) => {
    const of = { ...on, content_index: index };
    const [kind, name, text] =
      part.type === 'refusal'
        ? (['refusal', 'refusal', part.refusal] as const)
        : (['output_text', 'text', part.text] as const);
    return [
      { type: 'response.content_part.added', ...of, part: { ...part, [name]: '' } },
      { type: `response.${kind}.delta`, ...of, delta: text },
      { type: `response.${kind}.done`, ...of, [name]: text },
      { type: 'response.content_part.done', ...of, part },
    ];
  });
}
