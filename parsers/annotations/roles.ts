import picomatch from 'picomatch';
import type { Person } from '../../schema/contracts/annotations.ts';
import type { Role } from '../../schema/contracts/usage.ts';

/** Accounts of tools, by the forms that warehouses and teams give them. */
const servicePattern =
  /\.gserviceaccount\.com$|(^|[._-])(svc|service|bot|airflow|dbt|etl|scheduler)([._@-]|$)/i;

/** The role of a log's user: the people file's exact entry, else its first pattern that fits, else by the account's form. */
export function roleOf(people: readonly Person[]): (user: string) => Role {
  const exact = new Map<string, Role>();
  const patterns: { fits: (user: string) => boolean; role: Role }[] = [];
  for (const person of people) {
    for (const name of [person.user, ...person.aliases]) {
      const lower = name.toLowerCase();
      if (name.includes('*'))
        patterns.push({ fits: picomatch(lower, { dot: true, bash: true }), role: person.role });
      else if (!exact.has(lower)) exact.set(lower, person.role);
    }
  }
  return (user) => {
    const lower = user.toLowerCase();
    const known = exact.get(lower) ?? patterns.find((pattern) => pattern.fits(lower))?.role;
    return known ?? (servicePattern.test(user) ? 'service' : 'unknown');
  };
}
