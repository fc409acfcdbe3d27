/** Values in a query that a run gives. */
import type { Expression } from '../../../schema/contracts/relation.ts';

/**
 * The query with a parameter wherever a literal stands otherwise in the same query of another run. Parts of both that are built differently stay as they are.
 * @param name of the parameters: what gives the values
 */
export function withParameters<T>(query: T, other: unknown, name: string): T {
  return merged(query, other, { ex: 'parameter', name }) as T;
}

function merged(one: unknown, other: unknown, parameter: Expression): unknown {
  if (Array.isArray(one))
    return Array.isArray(other) && other.length === one.length
      ? one.map((item, i) => merged(item, other[i], parameter))
      : one;
  if (!isObject(one) || !isObject(other)) return one;
  if (one['ex'] === 'literal')
    return other['ex'] === 'literal' && other['value'] !== one['value'] ? parameter : one;
  return Object.fromEntries(
    Object.entries(one).map(([key, value]) => [key, merged(value, other[key], parameter)]),
  );
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
