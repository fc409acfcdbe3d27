import type { Bound } from '../../inference/model/bounds.ts';
import type { Rejection } from '../../inference/model/check-citations.ts';
import type { Supported } from '../../inference/model/support.ts';
import type { Opened } from './opened.ts';

/** Output of the stage for one table. */
export interface InferOutput {
  /** Statements that did not hold, of the last answer. */
  readonly rejected: readonly Rejection[];
  /** What the judge made of what holds; null: nothing was judged. Absent from older answers. */
  readonly support?: Pick<Supported, 'judged' | 'unsupported' | 'unclear'> | null;
  /** Fields about which nothing is stated that holds. */
  readonly unknown: readonly string[];
  readonly turns: number;
  /** What made an end of it; null: the model had said all that it wanted to. */
  readonly bound: Bound | null;
  /** What the model looked at: when it changes, the model is asked anew. */
  readonly opened: Opened;
}
