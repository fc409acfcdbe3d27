/** Jinja's own globals. */
import { integer } from './arguments.ts';
import { JinjaError } from './error.ts';
import { entriesOf } from './methods-collection.ts';
import { iterate } from './python.ts';
import { Dict, Fn, Namespace, PyObject, Struct, type Native, type Value } from './values.ts';

const range: Native = (args, _kwargs, rt) => {
  const [a = null, b, c] = args;
  const [start, stop] = b === undefined ? [0, integer(a, 0)] : [integer(a, 0), integer(b, 0)];
  const step = integer(c, 1);
  if (step === 0) throw new JinjaError('range step cannot be zero');
  rt.step(Math.max(0, Math.ceil((stop - start) / step)));
  const values: Value[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) values.push(i);
  return values;
};

const namespace: Native = (args, kwargs) => {
  const made = new Namespace();
  for (const [key, value] of entriesOf(args[0], kwargs))
    if (typeof key === 'string') made.attrs.set(key, value);
  return made;
};

const cycler: Native = (args) => {
  let at = 0;
  const now = (): Value => args[at % args.length] ?? null;
  return new Struct('cycler', {
    next: new Fn('next', () => {
      const value = now();
      at++;
      return value;
    }),
    reset: new Fn('reset', () => {
      at = 0;
      return null;
    }),
  });
};

class Joiner extends PyObject {
  readonly typeName = 'joiner';
  private readonly separator: Value;
  private used = false;
  constructor(separator: Value) {
    super();
    this.separator = separator;
  }
  override call(): Value {
    if (this.used) return this.separator;
    this.used = true;
    return '';
  }
}

export const globals: ReadonlyMap<string, Value> = new Map<string, Value>(
  Object.entries<Native>({
    range,
    namespace,
    cycler,
    dict: (args, kwargs) => Dict.from(entriesOf(args[0], kwargs)),
    joiner: (args) => new Joiner(args[0] ?? ', '),
    list: (args) => Array.from(iterate(args[0] ?? [])),
    lipsum: () => '',
  }).map(([name, native]) => [name, new Fn(name, native)] as const),
);
