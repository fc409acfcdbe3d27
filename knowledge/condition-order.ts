/** Conditions in one order, since lists, AND and OR have none. For comparing only. */

/** What stands between brackets. */
type Group = readonly (string | Group)[];

/** The tokens of a condition as one text, with the members of lists, and what AND and OR join, sorted and each once. */
export const inOrder = (tokens: readonly string[]): string => print(grouped(tokens), false);

export interface ListCondition {
  /** The condition without its list. */
  readonly around: string;
  readonly members: readonly string[];
}

/** The only `IN (…)` of a condition that lists values; null where there is none, or more than one. */
export function listIn(tokens: readonly string[]): ListCondition | null {
  const group = grouped(tokens);
  const lists = group.filter((_, index) => isList(group, index));
  const [list] = lists;
  if (lists.length !== 1 || list === undefined || typeof list === 'string') return null;
  const around = print(
    group.map((part) => (part === list ? '…' : part)),
    false,
  );
  return { around, members: members(list) };
}

function grouped(tokens: readonly string[]): Group {
  const open: (string | Group)[][] = [[]];
  for (const token of tokens) {
    if (token === '(') open.push([]);
    else if (token === ')' && open.length > 1) {
      const closed = open.pop() ?? [];
      open.at(-1)?.push(closed);
    } else open.at(-1)?.push(token);
  }
  // Text that was cut off leaves brackets open.
  return open.reduceRight((inner, outer) => [...outer, inner]);
}

const isQuery = (group: Group): boolean => group[0] === 'select' || group[0] === 'with';

const isList = (group: Group, index: number): boolean => {
  const part = group[index];
  return typeof part === 'object' && group[index - 1] === 'in' && !isQuery(part);
};

function print(group: Group, list: boolean): string {
  if (list) return members(group).join(' , ');
  const sortable = !isQuery(group) && !group.includes(',') && !group.includes('case');
  if (sortable && group.includes('or')) return sorted(split(group, 'or'), 'or');
  if (sortable && group.includes('and') && !group.includes('between'))
    return sorted(split(group, 'and'), 'and');
  return group
    .map((part, index) => (typeof part === 'string' ? part : `( ${print(part, isList(group, index))} )`))
    .join(' ');
}

const members = (list: Group): string[] => once(split(list, ',').map((part) => print(part, false)));

const sorted = (parts: readonly Group[], by: string): string =>
  once(parts.map((part) => print(part, false))).join(` ${by} `);

const once = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

function split(group: Group, by: string): Group[] {
  const parts: (string | Group)[][] = [[]];
  for (const part of group) {
    if (part === by) parts.push([]);
    else parts.at(-1)?.push(part);
  }
  return parts;
}
