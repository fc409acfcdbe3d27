/** Reading a native function's arguments the way Python binds them. */
import { JinjaError } from './error.ts';
import { typeName } from './python.ts';
import { Float, type Kwargs, type Value } from './values.ts';

/** Positional argument `index`, else the keyword `name`; undefined where neither is given. */
export function argument(
  args: readonly Value[],
  kwargs: Kwargs,
  index: number,
  name: string,
): Value | undefined {
  return args[index] ?? (index < args.length ? null : kwargs.get(name));
}

/** @throws JinjaError where the argument is missing */
export function required(args: readonly Value[], kwargs: Kwargs, index: number, name: string): Value {
  const value = argument(args, kwargs, index, name);
  if (value === undefined) throw new JinjaError(`argument ${name} is missing`);
  return value;
}

/** An int argument, or `otherwise` where it is missing or None. */
export function integer(value: Value | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return Number(value);
  if (value instanceof Float) return Math.trunc(value.value);
  throw new JinjaError(`an integer is needed, not ${typeName(value)}`);
}

export function text(value: Value | undefined, otherwise?: string): string {
  if (typeof value === 'string') return value;
  if ((value === undefined || value === null) && otherwise !== undefined) return otherwise;
  throw new JinjaError(`a string is needed, not ${value === undefined ? 'nothing' : typeName(value)}`);
}
