/** Divides room among those who want some of it. */

/**
 * What each gets of `room`: nobody more than wanted, and what one leaves goes to the others by their weights. `weights`: above 0, as many as `wanted`. The
 * shares may add up to less than the room, never to more.
 */
export function fairShares(wanted: readonly number[], weights: readonly number[], room: number): number[] {
  const shares = wanted.map(() => 0);
  let left = Math.max(0, room);
  let open = [...wanted.keys()];
  while (open.length > 0) {
    const perWeight = left / open.reduce((sum, index) => sum + (weights[index] ?? 1), 0);
    const content = open.filter((index) => (wanted[index] ?? 0) <= perWeight * (weights[index] ?? 1));
    for (const index of content.length > 0 ? content : open) {
      const share = Math.min(wanted[index] ?? 0, perWeight * (weights[index] ?? 1));
      shares[index] = share;
      left -= share;
    }
    open = content.length > 0 ? open.filter((index) => !content.includes(index)) : [];
  }
  return shares;
}
