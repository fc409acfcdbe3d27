/** The `loop` variable of a `for`. */
import { JinjaError } from './error.ts';
import type { Rendered } from './output.ts';
import { equal } from './python.ts';
import { Fn, PyObject, Tuple, Undefined, type Kwargs, type Value } from './values.ts';

export class Loop extends PyObject {
  readonly typeName = 'loop';
  index0 = 0;
  private readonly items: readonly Value[];
  private readonly depth0: number;
  private readonly recurse: ((items: Value) => Rendered) | undefined;
  private last: Value | undefined;

  constructor(items: readonly Value[], depth0: number, recurse: ((items: Value) => Rendered) | undefined) {
    super();
    this.items = items;
    this.depth0 = depth0;
    this.recurse = recurse;
  }

  override call(args: Value[], _kwargs: Kwargs): Rendered {
    if (!this.recurse) throw new JinjaError('the loop is not recursive');
    return this.recurse(args[0] ?? []);
  }

  override attr(name: string): Value | undefined {
    const { index0, items } = this;
    switch (name) {
      case 'index':
        return index0 + 1;
      case 'index0':
        return index0;
      case 'revindex':
        return items.length - index0;
      case 'revindex0':
        return items.length - index0 - 1;
      case 'first':
        return index0 === 0;
      case 'last':
        return index0 === items.length - 1;
      case 'length':
        return items.length;
      case 'depth':
        return this.depth0 + 1;
      case 'depth0':
        return this.depth0;
      case 'previtem':
        return items[index0 - 1] ?? new Undefined('loop.previtem');
      case 'nextitem':
        return items[index0 + 1] ?? new Undefined('loop.nextitem');
      case 'cycle':
        return new Fn('cycle', (args) => args[index0 % args.length] ?? null);
      case 'changed':
        return new Fn('changed', (args) => this.changed(Tuple.from(args)));
      default:
        return undefined;
    }
  }

  private changed(value: Value): boolean {
    const same = this.last !== undefined && equal(this.last, value);
    this.last = value;
    return !same;
  }
}
