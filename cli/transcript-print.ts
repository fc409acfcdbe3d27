/** A conversation with the model as lines for a terminal. All text in it is untrusted. */
import { lineRange } from '../knowledge/page.ts';
import { oneLine } from '../knowledge/plain-text.ts';
import { indented } from './paragraph.ts';
import { count, duration, type Terminal } from './terminal.ts';
import type { TranscriptCall, TranscriptEnd, TranscriptJudging, TranscriptTurn } from './transcript.ts';

type View = Pick<Terminal, 'style' | 'width'>;

/** `full`: messages, answers of tools and the model's answer as they were; else a line of each. */
export function* transcriptLines(
  turns: readonly TranscriptTurn[],
  judgings: readonly TranscriptJudging[],
  end: TranscriptEnd | null,
  view: View,
  full: boolean,
): Generator<string> {
  for (const turn of turns) yield* turnLines(`turn ${turn.turn}`, turn, view, full);
  for (const judging of judgings)
    yield* turnLines(`judged by ${oneLine(judging.model)}`, judging, view, full);
  yield* endLines(end, view);
}

function* turnLines(title: string, turn: TranscriptTurn, view: View, full: boolean): Generator<string> {
  const { style, width } = view;
  yield `${style('bold', title)}  ${style('dim', measures(turn))}`;
  for (const { at, reason } of turn.rejected)
    yield* labelled('sent back', `${at}: ${reason}`, view, 'yellow');
  if (turn.compacted) yield* labelled('compacted', 'what was said before', view);
  if (turn.closing !== null) yield* labelled('last turn', `the bound of ${turn.closing} is reached`, view);
  for (const text of turn.told)
    if (full) yield* block('told', text, view);
    else yield* labelled('told', text.split('\n', 1)[0] ?? '', view);
  const shown = turn.shown.map(({ path, from, to }) => `${path}:${lineRange(from, to)}`);
  if (shown.length > 0)
    for (const line of indented(
      `${count(shown.length, 'passage')} shown: ${shown.join(', ')}`,
      14,
      width,
      full ? undefined : 2,
    ))
      // prettier-ignore
      yield style('dim', line);
  for (const call of turn.calls) yield* callLines(call, view, full);
  if (turn.reason !== null) yield* labelled(turn.outcome ?? '', turn.reason, view, 'yellow');
  if (turn.answer !== null)
    if (full) yield* block('answer', JSON.stringify(turn.answer, null, 2), view);
    else yield* labelled('answer', statements(turn.answer), view);
}

function* callLines(
  { tool, arguments: input, answer }: TranscriptCall,
  view: View,
  full: boolean,
): Generator<string> {
  yield* labelled('calls', `${tool} ${input}`, view);
  if (answer === null) return;
  if (full) yield* block('', answer, view);
  else {
    const lines = answer.split('\n');
    const more = lines.length > 1 ? ` … ${count(lines.length - 1, 'more line')}` : '';
    for (const line of indented(`→ ${lines[0] ?? ''}${more}`, 14, view.width, 1))
      yield view.style('dim', line);
  }
}

function* endLines(end: TranscriptEnd | null, view: View): Generator<string> {
  if (end === null) {
    yield* labelled('no answer', 'the conversation led to none that is stored', view, 'yellow');
    return;
  }
  yield view.style('bold', `stored: ${count(end.claims, 'claim')}`);
  for (const { at, reason } of end.rejected) yield* labelled('rejected', `${at}: ${reason}`, view, 'yellow');
  if (end.unknown.length > 0) yield* labelled('unknown', end.unknown.join(', '), view);
}

/** "purpose 1, columns 3"; of verdicts "2 yes, 1 no". */
function statements(answer: unknown): string {
  const { verdicts } = answer as { readonly verdicts?: readonly { readonly verdict: string }[] };
  if (verdicts !== undefined)
    return [...Map.groupBy(verdicts, ({ verdict }) => verdict)].map(([verdict, of]) => `${of.length} ${verdict}`).join(', ') || 'no verdict'; // prettier-ignore
  const parts = Object.entries(answer as Record<string, unknown>).flatMap(([field, value]) => {
    const many = [value ?? []].flat().length;
    return field === 'unknown' || many === 0 ? [] : [`${field} ${many}`];
  });
  return parts.join(', ') || 'nothing stated';
}

function measures({ tokens, seconds, costUsd, status, at }: TranscriptTurn): string {
  const used =
    tokens === null
      ? [status]
      : [
          `${tokens.input.toLocaleString('en-US')} tokens in (${tokens.cachedInput.toLocaleString('en-US')} cached)`,
          `${tokens.output.toLocaleString('en-US')} out (${tokens.reasoning.toLocaleString('en-US')} reasoning)`,
        ];
  return [at, ...used, duration(seconds), ...(costUsd === null ? [] : [`$${costUsd.toFixed(4)}`])].join(', ');
}

function* labelled(label: string, text: string, view: View, colour?: 'yellow'): Generator<string> {
  const [first = '', ...rest] = indented(text, 14, view.width, 3);
  const shown = label.padEnd(12);
  yield `  ${colour ? view.style(colour, shown) : shown}${first.slice(14)}`;
  yield* rest;
}

/** Line by line as it was; control characters cannot reach the terminal. */
function* block(label: string, text: string, { style }: View): Generator<string> {
  for (const [index, line] of text.split('\n').entries()) {
    const indent = ' '.repeat(line.length - line.trimStart().length);
    yield `  ${(index === 0 ? label : '').padEnd(12)}${style('dim', indent + oneLine(line))}`;
  }
}
