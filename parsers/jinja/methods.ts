/** Methods of the built-in types, found by the type of the object. */
import { collectionMethods } from './methods-collection.ts';
import { stringMethods } from './methods-string.ts';
import type { Runtime } from './runtime.ts';
import { Dict, PySet, Tuple, type Kwargs, type Traced, type Value } from './values.ts';

export type Method = (self: Value, args: Value[], kwargs: Kwargs, rt: Runtime) => Traced;

export function method(object: Value, name: string): Method | undefined {
  if (typeof object === 'string') return stringMethods.get(name) as Method | undefined;
  if (Array.isArray(object))
    return (object instanceof Tuple ? collectionMethods.tuple : collectionMethods.list).get(name) as
      Method | undefined;
  if (object instanceof Dict) return collectionMethods.dict.get(name) as Method | undefined;
  return object instanceof PySet ? (collectionMethods.set.get(name) as Method | undefined) : undefined;
}
