import { hole } from '../runtime-text.ts';
import { callFunction } from './calls.ts';
import type { Call, Run } from './run.ts';
import { none, printed, text, textOf, unknown, type Value } from './values.ts';

const maxItems = 200;

/** Methods of text, lists and objects that matter for names and SQL. Undefined: not one of them. */
export function builtIn(call: Call, run: Run): Value | undefined {
  const { receiver } = call;
  if (receiver?.is === 'text') return textMethod(receiver, call);
  if (receiver?.is === 'list') return listMethod(receiver, call, run);
  const [first] = call.args;
  if (call.path === 'Object.entries' || call.path === 'Object.keys' || call.path === 'Object.values') {
    if (first?.is !== 'object') return undefined;
    const items = [...first.entries].map(([key, value]): Value =>
      call.method === 'keys'
        ? text(key)
        : call.method === 'values'
          ? value
          : { is: 'list', items: [text(key), value], open: false },
    );
    return { is: 'list', items, open: first.open };
  }
  if (call.path === 'Object.assign' && first?.is === 'object') {
    const entries = new Map(first.entries);
    for (const other of call.args.slice(1))
      if (other.is === 'object') for (const [key, value] of other.entries) entries.set(key, value);
    return { is: 'object', entries, open: first.open };
  }
  if (call.path === 'Object.freeze' || call.path === 'Promise.all' || call.path === 'Array.from')
    return first;
  if (call.path === 'String' && first !== undefined) return text(printed(first));
  if (call.path === 'dedent' && first?.is === 'text') return first;
  return undefined;
}

function textMethod(value: Extract<Value, { is: 'text' }>, call: Call): Value {
  const { method, args } = call;
  const [first, second] = args;
  const of = (changed: string): Value => ({ ...value, text: changed });
  switch (method) {
    case 'trim':
    case 'trimStart':
    case 'trimEnd':
    case 'toString':
    case 'normalize':
      return value;
    case 'replace':
    case 'replaceAll': {
      const from = textOf(first);
      if (from === undefined || second === undefined || second.is === 'function') return value;
      return of(
        method === 'replace'
          ? value.text.replace(from, () => printed(second))
          : value.text.split(from).join(printed(second)),
      );
    }
    case 'toLowerCase':
      return of(value.text.toLowerCase());
    case 'toUpperCase':
      return of(value.text.toUpperCase());
    case 'concat':
      return of(value.text + args.map(printed).join(''));
    case 'split': {
      const at = textOf(first);
      return at === undefined
        ? unknown('split')
        : { is: 'list', items: value.text.split(at).map(text), open: false };
    }
    case 'substring':
    case 'slice': {
      const [from, to] = args.map((arg) => (arg.is === 'number' ? arg.value : undefined));
      return from === undefined
        ? text(hole(method))
        : of(method === 'slice' ? value.text.slice(from, to) : value.text.substring(from, to));
    }
    default:
      return unknown(method);
  }
}

function listMethod(list: Extract<Value, { is: 'list' }>, call: Call, run: Run): Value {
  const { method, args } = call;
  const [first] = args;
  const each = (fn: Value): Value[] =>
    fn.is === 'function'
      ? (list.open && list.items.length === 0 ? [unknown('item')] : list.items)
          .slice(0, maxItems)
          .map((item, index) =>
            callFunction(fn, [item, { is: 'number', value: index }, list], call.node, run),
          )
      : list.items.map(() => unknown());
  switch (method) {
    case 'join':
      return list.open
        ? text([...list.items.map(printed), hole('more')].join(textOf(first) ?? ','))
        : text(list.items.map(printed).join(textOf(first) ?? ','));
    case 'map':
      return first === undefined ? list : { is: 'list', items: each(first), open: list.open };
    case 'flatMap': {
      if (first === undefined) return list;
      const items = each(first).flatMap((item) => (item.is === 'list' ? item.items : [item]));
      return { is: 'list', items, open: list.open };
    }
    case 'forEach':
      if (first !== undefined) each(first);
      return none;
    case 'filter': {
      if (first === undefined) return list;
      const kept = each(first);
      return {
        is: 'list',
        items: list.items.filter(
          (_, index) => kept[index]?.is !== 'boolean' || (kept[index] as { value: boolean }).value,
        ),
        open: list.open,
      };
    }
    case 'push':
      list.items.push(...args);
      return none;
    case 'concat':
      return {
        is: 'list',
        items: [...list.items, ...args.flatMap((arg) => (arg.is === 'list' ? arg.items : [arg]))],
        open: list.open,
      };
    case 'slice':
    case 'sort':
    case 'reverse':
    case 'flat':
    case 'entries':
      return list;
    default:
      if (first?.is === 'function') each(first);
      return unknown(method);
  }
}
