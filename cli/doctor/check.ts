/** What one look found. */
export interface Finding {
  /** What was looked at, in a word or two. */
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  readonly text: string;
  /** What to do about it; a sentence. Null: nothing. */
  readonly next: string | null;
}

type Said = readonly [text: string, next?: string];

export const ok = (name: string, text: string): Finding => ({ name, state: 'ok', text, next: null });
export const warn = (name: string, ...[text, next]: Said): Finding => ({ name, state: 'warn', text, next: next ?? null }); // prettier-ignore
export const fail = (name: string, ...[text, next]: Said): Finding => ({ name, state: 'fail', text, next: next ?? null }); // prettier-ignore

/** What `look` throws is a finding too. */
export async function looked(
  name: string,
  look: () => Promise<Finding | readonly Finding[]>,
  next?: string,
): Promise<readonly Finding[]> {
  try {
    return [await look()].flat();
  } catch (error) {
    return [fail(name, firstLine(error), next)];
  }
}

export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim().split('\n')[0] ?? '';
}
