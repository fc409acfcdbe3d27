/** Why something holds: a step of a proof and the steps that it follows from. */
import type { ProofStep } from '../../schema/contracts/claims.ts';
import type { Place } from './places.ts';

export interface Reason {
  /** One sentence; a function where the text costs work that most proofs never need. */
  readonly text: string | (() => string);
  readonly line?: number;
  readonly because?: readonly Reason[];
  /** What must be true for it, in words; empty for what follows from the code alone. */
  readonly rests?: readonly string[];
  /** It follows from what `rests` says and not from the code. */
  readonly assumed?: true;
  /** Of an assumption, where it is known: how often it is right. */
  readonly confidence?: number;
}

export const reason = (text: Reason['text'], line?: number, because?: readonly Reason[]): Reason => ({
  text,
  ...(line === undefined ? {} : { line }),
  ...(because && because.length > 0 ? { because, ...inherited(because) } : {}),
});

/** A conclusion rests on all that its reasons rest on. */
function inherited(because: readonly Reason[]): Pick<Reason, 'rests' | 'assumed' | 'confidence'> {
  const rests = new Set(because.flatMap((why) => why.rests ?? []));
  const confidences = because.flatMap((why) => why.confidence ?? []);
  return {
    ...(rests.size > 0 ? { rests: [...rests].slice(0, mostNeeds) } : {}),
    ...(because.some((why) => why.assumed) ? { assumed: true } : {}),
    ...(confidences.length > 0 ? { confidence: Math.min(...confidences) } : {}),
  };
}

const mostNeeds = 8;
const mostSteps = 24;

/** The steps of a proof, what it follows from first, without repeats. */
export function stepsOf(reasons: readonly Reason[], placeOf: (line: number) => Place): ProofStep[] {
  const steps: ProofStep[] = [];
  const seen = new Set<Reason>();
  const texts = new Set<string>();
  const visit = (why: Reason): void => {
    if (seen.has(why) || steps.length >= mostSteps) return;
    seen.add(why);
    for (const inner of why.because ?? []) visit(inner);
    const text = typeof why.text === 'string' ? why.text : why.text();
    const key = `${why.line ?? ''} ${text}`;
    if (texts.has(key) || steps.length >= mostSteps) return;
    texts.add(key);
    steps.push(why.line === undefined ? { text } : { text, ...placeOf(why.line) });
  };
  for (const why of reasons) visit(why);
  return steps;
}
