import { createHmac } from 'node:crypto';

/**
 * A stable stand-in for a user's name: equal names (letter case and outer white space aside) give equal keys, and without the salt nobody can
 * tell whose it is. Forgetting the salt forgets everybody. Throws when the salt is empty: the keys could be guessed from names.
 */
export function personKey(user: string, salt: string): string {
  if (salt === '')
    throw new Error('personKey needs a salt: without one, keys of people can be guessed from their names');
  const name = user.trim().toLowerCase();
  return `u_${createHmac('sha256', salt).update(name).digest('base64url').slice(0, 22)}`;
}
