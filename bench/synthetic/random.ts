import { randomOf } from '../../inference/refute/random.ts';

/** Numbers that look random and are the same for the same seed and name, so that one table's numbers do not depend on how many others there are. */
export class Random {
  /** From 0 to below 1. */
  readonly next: () => number;

  constructor(seed: number, name: string) {
    let hash = 2_166_136_261 ^ seed;
    for (let at = 0; at < name.length; at += 1) hash = Math.imul(hash ^ name.charCodeAt(at), 16_777_619);
    this.next = randomOf(hash);
  }

  /** A whole number from `from` to `to`, both included. */
  between(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  /** By weight: `[['often', 3], ['seldom', 1]]`. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let at = this.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [choice, weight] of choices) {
      at -= weight;
      if (at < 0) return choice;
    }
    return (choices.at(-1) as readonly [T, number])[0];
  }
}
