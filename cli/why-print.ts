/** The proof of a key as people read it. Pure. */
import type { WhyBlock, WhyGrain, WhyStep } from '../inference/why/why-grain.ts';
import { oneLine } from '../knowledge/plain-text.ts';
import { indented } from './paragraph.ts';
import type { Terminal } from './terminal.ts';

type Style = Pick<Terminal, 'style' | 'width'>;

const marks = {
  gives: ['green', '+'],
  keeps: ['green', '='],
  changes: ['green', '>'],
  loses: ['red', '✗'],
  none: ['dim', '–'],
} as const;

/** Block by block in the order in which rows flow; then how runs come together, and what keeps a key away. */
export function* whyGrainLines(why: WhyGrain, terminal: Style): Generator<string> {
  const { style, width } = terminal;
  for (const [i, blocks] of why.runs.entries()) {
    if (why.runs.length > 1) yield style('bold', i === 0 ? 'the first run' : 'later runs');
    for (const block of blocks) yield* blockLines(block, terminal);
  }
  if (why.write !== null) yield* stepLines(why.write, 0, terminal);
  for (const one of why.missing) {
    const at = one.path === undefined ? '' : ` (${one.path}:${one.line ?? 1})`;
    for (const line of indented(`✗ ${one.words}${at}`, 2, width)) yield style('red', line);
  }
  for (const remedy of why.remedies) yield* indented(`→ ${remedy}`, 2, width);
  yield '';
  yield style('dim', '+ a key begins   = it holds   > another key   ✗ it is lost   – none is known');
}

function* blockLines({ name, steps }: WhyBlock, terminal: Style): Generator<string> {
  const path = steps.find((step) => step.path !== undefined)?.path ?? '';
  yield `${terminal.style('bold', oneLine(name))}  ${terminal.style('dim', path)}`;
  for (const step of steps) yield* stepLines(step, 2, terminal);
}

function* stepLines(step: WhyStep, inset: number, { style, width }: Style): Generator<string> {
  const [colour, mark] = marks[step.effect];
  const line = step.line === undefined ? '' : `  ${style('dim', `:${step.line}`)}`;
  const key = step.effect === 'keeps' && inset > 0 ? '' : keyWords(step.key);
  const lines = indented(step.text, inset + 2, width);
  yield `${' '.repeat(inset)}${style(colour, mark)} ${lines.map((text) => text.trimStart()).join(`\n${' '.repeat(inset + 2)}`)}${line}`;
  if (key !== '') yield* indented(key, inset + 4, width);
  for (const note of step.notes)
    for (const text of indented(note, inset + 4, width)) yield style('dim', text);
}

const mostColumns = 6;

function keyWords(key: readonly string[] | null): string {
  if (key === null) return '';
  const more = key.length > mostColumns ? ` and ${key.length - mostColumns} more` : '';
  return key.length === 0 ? 'at most one row' : `one row per ${key.slice(0, mostColumns).join(', ')}${more}`;
}
