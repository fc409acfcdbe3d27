/** The turns about one table so far: what the next request begins with, what was shown, and what it took. */
import { addSpent, nothingSpent, type Spent } from '../../inference/model/bounds.ts';
import type { Span } from '../../inference/model/shown.ts';
import type { Turn } from './exchange.ts';
import type { ModelInputItem } from './model-client.ts';
import { joinOpened, nothingOpened, type Opened } from './opened.ts';

export interface Conversation {
  readonly input: readonly ModelInputItem[];
  readonly shown: readonly Span[];
  readonly opened: Opened;
  readonly spent: Spent;
  /** Whether an answer was sent back. It is sent back once. */
  readonly corrected: boolean;
  /** No turn was paid for. */
  readonly reused: boolean;
}

export const begun: Conversation = {
  input: [],
  shown: [],
  opened: nothingOpened,
  spent: nothingSpent,
  corrected: false,
  reused: true,
};

/** The conversation with one turn more. The input only grows. */
export function after(before: Conversation, { added, answer, costUsd, stored }: Turn<unknown>): Conversation {
  const { usage } = answer;
  return {
    input: [...before.input, ...added.input, ...answer.items],
    shown: [...before.shown, ...added.shown],
    opened: joinOpened([before.opened, added.opened]),
    spent: addSpent(before.spent, {
      turns: 1,
      tokens: usage.input + usage.output,
      seconds: added.seconds + answer.seconds,
      usd: costUsd ?? 0,
    }),
    corrected: before.corrected || added.corrects,
    reused: before.reused && stored,
  };
}
