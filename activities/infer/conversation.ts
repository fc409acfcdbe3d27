/** The turns about one table so far: what the next request begins with, what was shown, and what it took. */
import { addSpent, nothingSpent, type Spent } from '../../inference/model/bounds.ts';
import { estimateTokens } from '../../inference/model/tokens.ts';
import type { Span } from '../../inference/model/shown.ts';
import type { Turn } from './exchange.ts';
import type { ModelInputItem } from './model-client.ts';
import { joinOpened, nothingOpened, type Opened } from './opened.ts';

export interface Conversation {
  readonly input: readonly ModelInputItem[];
  /** The messages that it began with. */
  readonly dossier: readonly ModelInputItem[];
  /** The last request was so long that notes are due: the server did not compact it by itself. */
  readonly full: boolean;
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
  dossier: [],
  full: false,
  shown: [],
  opened: nothingOpened,
  spent: nothingSpent,
  corrected: false,
  reused: true,
};

/** The conversation with one turn more. The input only grows, until it is compacted: by the server as it answers, or by notes where the server cannot. */
export function after(
  before: Conversation,
  { added, answer, costUsd, stored }: Turn<unknown>,
  compactAtTokens: number,
): Conversation {
  const { usage } = answer;
  const sent = [...before.input, ...added.input];
  const dossier = before.spent.turns === 0 ? added.input : before.dossier;
  const compacted = answer.items.some(isCompaction);
  const length = usage.input > 0 ? usage.input : estimateTokens(JSON.stringify(sent));
  return {
    input: added.notes
      ? [...dossier, ...added.input.slice(-1), ...answer.items]
      : sinceCompaction([...sent, ...answer.items]),
    dossier,
    full: !compacted && !added.notes && length >= compactAtTokens,
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

const isCompaction = ({ type }: ModelInputItem): boolean => type === 'compaction';

/** What the server compacted stands in its last such item, sealed: what was before it need not be sent again. */
function sinceCompaction(input: readonly ModelInputItem[]): readonly ModelInputItem[] {
  const at = input.findLastIndex(isCompaction);
  return at < 0 ? input : input.slice(at);
}
