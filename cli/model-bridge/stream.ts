/** A response of the Responses API as the events in which a server streams it. */

type Item = Readonly<Record<string, unknown>>;
type Event = { readonly type: string } & Item;

/** A response object, of which only this matters here. */
export interface ResponseBody {
  readonly status: string;
  readonly output: readonly Item[];
}

/** The events as text, one a part: begun, item by item, ended. */
export function eventsOf(body: ResponseBody): string[] {
  const begun = { ...body, status: 'in_progress', output: [], usage: null, error: null };
  const events: Event[] = [
    { type: 'response.created', response: begun },
    { type: 'response.in_progress', response: begun },
    ...body.output.flatMap(itemEvents),
    { type: `response.${body.status}`, response: body },
  ];
  return events.map((event, index) => eventText({ ...event, sequence_number: index }));
}

export const eventText = (event: Event): string => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;

function itemEvents(item: Item, index: number): Event[] {
  const at = { output_index: index };
  return [
    { type: 'response.output_item.added', ...at, item: { ...item, status: 'in_progress' } },
    ...partEvents(item, at),
    { type: 'response.output_item.done', ...at, item },
  ];
}

function partEvents(item: Item, at: object): Event[] {
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
