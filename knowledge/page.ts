import { styleText } from 'node:util';
import type { Attribution } from '../schema/contracts/card.ts';
import type { Evidence } from '../schema/contracts/evidence.ts';
import { count, oneLine, wrap } from './plain-text.ts';

export interface PageOptions {
  /** Characters in a line. Default 100, at least 50. */
  readonly width?: number;
  /** Default false. */
  readonly colour?: boolean;
  /** Evidence of a claim by its id, shown as `path:12-18`. Default: none is shown. */
  readonly evidenceOf?: (claim: string) => readonly Evidence[];
}

const labelWidth = 14;

/** How a statement is known, in a word. */
export function tag(from: Attribution): string {
  return from.person ? `person: ${from.person}` : originWord(from.origin);
}
export const originWord = (origin: Attribution['origin']): string =>
  origin === 'inferred' ? 'model' : origin;

export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'cyan';

/** Lines with a label column; a label that repeats is written once. */
export class Page {
  readonly #lines: string[] = [];
  readonly #width: number;
  readonly #colour: boolean;
  readonly #evidenceOf: PageOptions['evidenceOf'];
  #label = '';

  constructor(options: PageOptions) {
    this.#width = Math.max(50, options.width ?? 100);
    this.#colour = options.colour ?? false;
    this.#evidenceOf = options.evidenceOf;
  }

  heading(name: string, note: string): void {
    const plain = oneLine(name);
    this.#lines.push(
      `${this.#styled('bold', plain)}${note ? this.#styled('dim', `  ${oneLine(note)}`) : ''}`,
    );
    this.#lines.push(
      this.#styled('dim', '─'.repeat(Math.min(this.#width, plain.length + (note ? note.length + 2 : 0)))),
    );
  }

  known(label: string, known: { value: string; from: Attribution } | null, note = ''): void {
    if (known) this.entry(label, known.value, note || tag(known.from), known.from.claim);
  }

  /** `hang`: how far continued lines are set in under the first one. */
  entry(label: string, text: string, note = '', claim?: string, style?: Style, hang = 0): void {
    const room = this.#width - labelWidth;
    const aside = [note, ...(claim && this.#evidenceOf ? this.#evidenceOf(claim).map(place) : [])].filter(
      Boolean,
    );
    const tail = aside.length > 0 ? `  · ${oneLine(aside.join(' · '))}` : '';
    const lines = hang > 0 ? hanging(text, room, hang) : wrap(oneLine(text), room);
    const shownLabel = label === this.#label ? '' : label;
    this.#label = label;
    lines.forEach((line, index) => {
      const head = (index === 0 ? shownLabel : '').padEnd(labelWidth);
      this.#lines.push(`${this.#styled('cyan', head)}${style ? this.#styled(style, line) : line}`);
    });
    if (tail === '') return;
    const last = lines.at(-1) ?? '';
    if (last.length + tail.length <= room)
      this.#lines.push(`${this.#lines.pop() ?? ''}${this.#styled('dim', tail)}`);
    else {
      const indent = ' '.repeat(labelWidth);
      for (const line of wrap(tail.trim(), room - 2))
        this.#lines.push(`${indent}  ${this.#styled('dim', line)}`);
    }
  }

  more(label: string, count: number): void {
    if (count > 0) this.entry(label, `and ${count} more`, '', undefined, 'dim');
  }

  gap(): void {
    this.#label = '';
    if (this.#lines.length > 0 && this.#lines.at(-1) !== '') this.#lines.push('');
  }

  text(): string {
    return `${this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()}\n`;
  }

  #styled(style: Style, text: string): string {
    return this.#colour && text.trim() !== '' ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** The first `hang` characters are a fixed head, what follows is wrapped beside it. */
function hanging(text: string, width: number, hang: number): string[] {
  const head = text.slice(0, hang);
  const lines = wrap(text.slice(hang), Math.max(20, width - hang));
  if (lines.length === 0) return [head.trimEnd()];
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(hang)}${line}`);
}

/** "12-18", or "12" for a single line. */
export const lineRange = (from: number, to: number): string => (to > from ? `${from}-${to}` : `${from}`);

/** Where evidence is, in a word or two: `path:12-18` for code. */
export function place(evidence: Evidence): string {
  switch (evidence.kind) {
    case 'code':
      return `${evidence.path}:${lineRange(...evidence.lines)}`;
    case 'query':
      return `query ${evidence.fingerprint.slice(0, 8)}, ${count(evidence.runs, 'run')}`;
    case 'person':
      return `${evidence.person}, ${evidence.date}`;
    case 'catalog':
      return evidence.source;
  }
}
