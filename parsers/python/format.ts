import { hole } from '../runtime-text.ts';
import { printed, type Value } from './values.ts';

/** `text % value`, also with a tuple or a dict. */
export function percentFormat(text: string, value: Value): string {
  const items = value.is === 'list' ? value.items : [value];
  let next = 0;
  return text.replace(
    /%(?:\((\w+)\))?[-+ #0]*(?:[1-9]\d*|\*)?(?:\.\d+)?([sdifFeEgGrxc%])/g,
    (_, name: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      if (name !== undefined) return member(value, name) ?? hole(name);
      const item = items[next++];
      return item === undefined ? hole('value') : printed(item);
    },
  );
}

/** `text.format(…)`. Fields that nothing fills stay as holes. */
export function braceFormat(
  text: string,
  args: readonly Value[],
  keywords: ReadonlyMap<string, Value>,
): string {
  let next = 0;
  return text.replace(
    /\{\{|\}\}|\{([^{}:!]*)(?:![rsa])?(?::[^{}]*)?\}/g,
    (whole, fieldName: string | undefined) => {
      if (whole === '{{') return '{';
      if (whole === '}}') return '}';
      const [head = '', ...rest] = (fieldName ?? '').trim().split(/[.[]/);
      const value = head === '' ? args[next++] : /^\d+$/.test(head) ? args[Number(head)] : keywords.get(head);
      if (value === undefined) return hole(head || 'value');
      if (rest.length === 0) return printed(value);
      return member(value, (rest[0] ?? '').replace(/[\]'"]/g, '')) ?? hole(fieldName ?? 'value');
    },
  );
}

function member(value: Value, name: string): string | undefined {
  const entries = value.is === 'dict' ? value.entries : value.is === 'object' ? value.fields : undefined;
  const found = entries?.get(name);
  return found === undefined ? undefined : printed(found);
}
