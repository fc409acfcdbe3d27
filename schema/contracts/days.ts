/** Counting with ISO dates. */
const dayMs = 86_400_000;

/** Days from one date to another; below 0 where `to` is the earlier one. */
export const daysBetween = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / dayMs;

/** The date so many days before. */
export const daysBefore = (date: string, days = 1): string =>
  new Date(Date.parse(date) - days * dayMs).toISOString().slice(0, 10);
