/** Which process is killed, or which line is cut, when: chosen by a seed, so that every stage of every run meets every victim. */
import { stageNames } from '../../schema/contracts/runs.ts';
import { Random } from '../synthetic/random.ts';

export const processes = ['worker', 'launcher', 'database', 'temporal'] as const;
/** To where, and how: see `Cut`. */
export const lineCuts = ['database silent', 'database broken', 'temporal silent', 'temporal broken'] as const;
export type LineCut = (typeof lineCuts)[number];
/** It is filled. */
export const disks = ['disk'] as const;
export type Victim = (typeof processes)[number] | LineCut | (typeof disks)[number];

/** What is done to worlds: each has victims of its own. */
export const faults = { kills: processes, cuts: lineCuts, 'full-disks': disks } as const;
export type Fault = keyof typeof faults;

export const isLineCut = (victim: Victim): victim is LineCut =>
  (lineCuts as readonly Victim[]).includes(victim);

/** A part of a run: before its first stage, a stage, or after the last. */
export const parts = ['begin', ...stageNames, 'end'] as const;
export type Part = (typeof parts)[number];

/** What each world goes through, in order, and how many nights each has. */
export const phases = { first: 1, changed: 1, backfill: 2, table: 1 } as const;
export type Phase = keyof typeof phases;

export interface Place {
  readonly phase: Phase;
  /** From 0. */
  readonly night: number;
  readonly part: Part;
}

export interface Kill {
  readonly victim: Victim;
  readonly place: Place;
  /** When in the part, as a share of how long the part takes undisturbed: 0 to 1. */
  readonly after: number;
}

const killsPerWorld = 20;

/** One list for each world, in the order in which their places come. The same seed gives the same lists. */
export function planKills(victims: readonly Victim[], count: number, seed: number): Kill[][] {
  const random = new Random(seed, 'kills');
  const all = places.flatMap((place) => victims.map((victim) => ({ victim, place })));
  const drawn: Kill[] = [];
  while (drawn.length < count)
    drawn.push(...shuffled(all, random).map((kill) => ({ ...kill, after: random.next() })));
  const worlds = Array.from({ length: Math.ceil(count / killsPerWorld) }, (): Kill[] => []);
  drawn.slice(0, count).forEach((kill, index) => worlds[index % worlds.length]?.push(kill));
  return worlds.map((kills) => kills.sort((a, b) => orderOf(a.place) - orderOf(b.place) || a.after - b.after)); // prettier-ignore
}

const places: readonly Place[] = (Object.entries(phases) as [Phase, number][]).flatMap(([phase, nights]) =>
  Array.from({ length: nights }, (_, night) => parts.map((part) => ({ phase, night, part }))).flat(),
);

/** A place's number in the order in which a world comes through them. */
export const orderOf = ({ phase, night, part }: Place): number =>
  places.findIndex((place) => place.phase === phase && place.night === night && place.part === part);

export const placeName = ({ phase, night, part }: Place): string =>
  `${phase}${phases[phase] > 1 ? ` ${night + 1}` : ''}: ${part}`;

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  for (let at = left.length - 1; at > 0; at -= 1) {
    const other = random.between(0, at);
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left;
}
