/** A query that cannot be written for SQLite; it is not tried, and counted under its reason. */
export class Unsupported extends Error {
  override readonly name = 'Unsupported';
}
