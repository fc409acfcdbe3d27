/** What the terminal can show. */
import { styleText } from 'node:util';

export { count } from '../knowledge/plain-text.ts';

export interface Terminal {
  readonly out: NodeJS.WritableStream;
  /** A person watches: lines may be drawn again and coloured. */
  readonly live: boolean;
  readonly width: number;
  readonly style: (format: Parameters<typeof styleText>[0], text: string) => string;
  readonly line: (text?: string) => void;
}

/** Colours follow `NO_COLOR` and `FORCE_COLOR`; without a terminal there are none, and nothing is drawn twice. */
export function openTerminal(stream: NodeJS.WriteStream = process.stdout): Terminal {
  const live = stream.isTTY === true && process.env.TERM !== 'dumb' && !process.env.CI;
  return {
    out: stream,
    live,
    width: Math.min(stream.columns ?? (Number(process.env.COLUMNS) || 100), 140),
    style: (format, text) => styleText(format, text, { stream }),
    line: (text = '') => void stream.write(`${text}\n`),
  };
}

/** Lines at the bottom of the terminal that are drawn again and again. Without a live terminal, `draw` does nothing. */
export interface LiveArea {
  draw(lines: readonly string[]): void;
  /** Leaves the last drawing in place. */
  keep(): void;
  clear(): void;
}

export function liveArea(terminal: Terminal): LiveArea {
  let drawn = 0;
  const up = () => (drawn > 0 ? `\u001b[${drawn}A` : '');
  const wipe = () => {
    if (drawn > 0) terminal.out.write(`${up()}\u001b[0J`);
    drawn = 0;
  };
  return {
    draw(lines) {
      if (!terminal.live) return;
      terminal.out.write(
        `${up()}${lines.map((line) => `\u001b[2K${clip(line, terminal.width)}`).join('\n')}\n\u001b[0J`,
      );
      drawn = lines.length;
    },
    keep: () => void (drawn = 0),
    clear: wipe,
  };
}

/** Cuts a line at the terminal's width; colour codes take no room. */
export function clip(text: string, width: number): string {
  let room = width;
  let out = '';
  for (const part of text.split(/(\u001b\[[0-9;]*m)/)) {
    if (part.startsWith('\u001b[')) out += part;
    else {
      const shown = [...part].slice(0, room).join('');
      room -= [...shown].length;
      out += shown;
    }
  }
  return out;
}

export function bar(done: number, total: number, width: number): string {
  const filled = total <= 0 ? 0 : Math.min(width, Math.round((done / total) * width));
  return '█'.repeat(filled) + '░'.repeat(width - filled);
}

export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
  return `${(seconds / 3_600).toFixed(1)} h`;
}
