/** Rendered text that remembers which file and line wrote each part. */

interface Chunk {
  text: string;
  path: string;
  line: number;
  /** True where the text's own newlines advance the source line (template data); else it all stems from one line. */
  flows: boolean;
  /** Line of the outermost template whose tag caused the text. */
  call: number;
}

/**
 * From rendered line `from` (1-based) up to the next segment: written by `path` at `line`.
 * `flows`: each further rendered line is one further source line; else all of them stem from `line`.
 * `call`: the line of the rendered template itself that led there; equals `line` when `path` is that template (and then flows with it).
 */
export interface Segment {
  from: number;
  path: string;
  line: number;
  flows: boolean;
  call: number;
}

export class Rendered {
  readonly chunks: readonly Chunk[];
  private joined: string | undefined;
  constructor(chunks: readonly Chunk[]) {
    this.chunks = chunks;
  }
  get text(): string {
    return (this.joined ??= this.chunks.map((chunk) => chunk.text).join(''));
  }
}

export class Output {
  private readonly chunks: Chunk[] = [];
  private readonly path: string;
  constructor(path: string) {
    this.path = path;
  }

  data(text: string, line: number): void {
    this.chunks.push({ text, path: this.path, line, flows: true, call: line });
  }

  text(text: string, line: number): void {
    if (text !== '') this.chunks.push({ text, path: this.path, line, flows: false, call: line });
  }

  /** Takes in what a macro or block wrote, called at `line`. A template whose path is in angle brackets is no file: its caller wrote the text. */
  splice(rendered: Rendered, line: number): void {
    for (const chunk of rendered.chunks) {
      const here = chunk.path.startsWith('<');
      this.chunks.push(
        here
          ? { text: chunk.text, path: this.path, line, flows: false, call: line }
          : { ...chunk, call: line },
      );
    }
  }

  finish(): Rendered {
    return new Rendered(this.chunks);
  }
}

/** For each rendered line, the first chunk on it that is not blank decides; runs are joined into segments. */
export function lineMap(rendered: Rendered): Segment[] {
  const segments: Segment[] = [];
  let row = 1;
  let decided = false;
  const start = (chunk: Chunk, offset: number): void => {
    const line = chunk.flows ? chunk.line + offset : chunk.line;
    const call = chunk.flows && chunk.call === chunk.line ? line : chunk.call;
    const last = segments.at(-1);
    if (last?.from === row) segments.pop();
    const before = segments.at(-1);
    if (before?.path === chunk.path && continues(before, row, line, call, chunk.flows)) return;
    segments.push({ from: row, path: chunk.path, line, flows: chunk.flows, call });
  };
  for (const chunk of rendered.chunks) {
    const { text } = chunk;
    for (let at = 0, offset = 0; at <= text.length; offset++) {
      const newline = text.indexOf('\n', at);
      const end = newline === -1 ? text.length : newline;
      if (!decided && (segments.at(-1)?.from !== row || hasInk(text, at, end))) {
        start(chunk, offset);
        decided = hasInk(text, at, end);
      }
      if (newline === -1) break;
      row++;
      decided = false;
      at = newline + 1;
    }
  }
  return segments;
}

function continues(before: Segment, row: number, line: number, call: number, flows: boolean): boolean {
  const moved = before.flows ? row - before.from : 0;
  if (before.line + moved !== line) return false;
  const sameCall = before.call === before.line ? before.call + moved === call : before.call === call;
  return sameCall && (before.flows === flows || moved === 0);
}

function hasInk(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) > 32) return true;
  return false;
}

/** The source of a rendered line (1-based); undefined only for an empty map. */
export function locate(
  map: readonly Segment[],
  line: number,
): { path: string; line: number; call: number } | undefined {
  let low = 0;
  let high = map.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((map[middle] as Segment).from <= line) low = middle;
    else high = middle - 1;
  }
  const segment = map[low];
  if (!segment) return undefined;
  const moved = segment.flows ? Math.max(0, line - segment.from) : 0;
  return {
    path: segment.path,
    line: segment.line + moved,
    call: segment.call === segment.line ? segment.call + moved : segment.call,
  };
}
