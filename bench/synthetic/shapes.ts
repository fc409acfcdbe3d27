/** What each table of a synthetic monorepo selects, and where every column of it comes from. */
import { Side, type BuiltTable, type Column, type Item, type Origin, type Role } from './columns.ts';
import type { PlannedTable } from './plan.ts';
import { Random } from './random.ts';

export type Built = ReadonlyMap<string, BuiltTable>;

/** One table at a revision. `built` holds the tables that it reads. */
export function buildTable(planned: PlannedTable, revision: number, built: Built, seed: number): BuiltTable {
  const random = new Random(seed, `table ${planned.name}`);
  if (planned.shape === null) return buildSource(planned, random);
  const sides = planned.upstream.map((table, at) => new Side(built.get(table.name) as BuiltTable, `t${at}`));
  const [first] = sides as [Side];
  const draft = makers[planned.shape](sides, random, planned);
  const items = named([...draft.items, ...extraItems(revision, first, draft)]);
  return {
    planned,
    revision,
    columns: items.map(({ name, type, role, from }) => ({ name, type, role, from: sorted(from) })),
    key: draft.key,
    query: draft.text(items.map(({ sql, name }) => (sql.split('.').at(-1) === name ? sql : `${sql} as ${name}`)), revision), // prettier-ignore
  };
}

/** No two under one name. */
function named(items: readonly Item[]): Item[] {
  const taken = new Set<string>();
  return items.map((item) => {
    let { name } = item;
    for (let count = 2; taken.has(name); count += 1) name = `${item.name}_${count}`;
    taken.add(name);
    return { ...item, name };
  });
}

/** Every third change adds a column. */
function extraItems(revision: number, first: Side, draft: Draft): Item[] {
  if (draft.closed) return [];
  return Array.from({ length: Math.floor(revision / 3) }, (_, at): Item => {
    const measure = first.one('measure');
    return { name: `extra_${at + 1}`, type: 'numeric', role: 'measure', from: [first.origin(measure)], sql: draft.grouped ? `min(${first.at(measure)})` : `${first.at(measure)} * ${at + 2}` }; // prettier-ignore
  });
}

function buildSource(planned: PlannedTable, random: Random): BuiltTable {
  const own = (name: string, type: Column['type'], role: Role): Column => ({ name, type, role, from: [] });
  const measures = Array.from({ length: random.between(2, 8) }, (_, at) => own(`${random.pick(measureWords)}_${at + 1}`, 'numeric', 'measure')); // prettier-ignore
  return {
    planned,
    revision: 0,
    columns: [
      own('id', 'bigint', 'key'),
      own('account_id', 'bigint', 'account'),
      own('created_at', 'timestamp', 'date'),
      own('status', 'varchar', 'status'),
      own('updated_at', 'timestamp', 'updated'),
      ...measures,
    ],
    key: ['id'],
    query: null,
  };
}

const measureWords = ['amount', 'quantity', 'discount', 'tax', 'duration', 'score', 'cost', 'weight'];
const statuses = ['deleted', 'test', 'internal', 'void', 'draft'];

interface Draft {
  readonly items: readonly Item[];
  readonly key: readonly string[] | null;
  readonly grouped?: boolean;
  /** Takes no further columns. */
  readonly closed?: boolean;
  readonly text: (items: readonly string[], revision: number) => string;
}

const list = (items: readonly string[]): string => `select\n  ${items.join(',\n  ')}`;

/** The condition changes with the revision, so that a change changes what the table holds. */
function where(side: Side, word: string, revision: number): string {
  const status = side.all('status').slice(0, 1).map((column) => `${side.at(column)} <> '${word}'`); // prettier-ignore
  return `where ${[...status, `${side.at(side.one('measure'))} > ${revision}`].join(' and ')}`;
}

const makers: Readonly<
  Record<
    NonNullable<PlannedTable['shape']>,
    (sides: readonly Side[], random: Random, planned: PlannedTable) => Draft
  >
> = {
  // prettier-ignore
  staging: ([side], random, { entity }) => {
    const source = side as Side;
    const items = source.table.columns.map((column): Item => {
      const copied = source.copy(column);
      if (column.role === 'key') return { ...copied, name: `${entity}_id` };
      if (column.role === 'date') return { ...copied, name: 'event_date', type: 'date', sql: `cast(${source.at(column)} as date)` }; // prettier-ignore
      if (column.role === 'status') return { ...copied, sql: `lower(${source.at(column)})` };
      return copied;
    });
    const word = random.pick(statuses);
    return {
      items,
      key: [`${entity}_id`],
      text: (selected, revision) =>
        `with source as (\n  select * from {${source.table.planned.name}}\n)\n${list(selected)}\nfrom source as t0\nwhere t0.status <> '${word}' and t0.id > ${revision}`,
    };
  },
  join: (sides, random) => {
    const [first, ...others] = sides as [Side, ...Side[]];
    const items = [
      ...first.table.columns.map((column) => first.copy(column)),
      ...others.flatMap((side, at) => side.all('measure').slice(0, 4).map((column): Item => ({ ...side.copy(column), name: `${column.name}_j${at + 1}` }))), // prettier-ignore
    ];
    const joins = others.map((side) => `left join ${side.from}\n  on ${side.at(side.one('account'))} = ${first.at(first.one('account'))} and ${side.at(side.one('date'))} = ${first.at(first.one('date'))}`); // prettier-ignore
    const word = random.pick(statuses);
    return {
      items,
      key: null,
      text: (selected, revision) => [list(selected), `from ${first.from}`, ...joins, where(first, word, revision)].join('\n'), // prettier-ignore
    };
  },
  aggregate: ([side], random) => {
    const only = side as Side;
    const [date, account] = [only.copy(only.one('date')), only.copy(only.one('account'))];
    const measures = only.all('measure').slice(0, 12).flatMap((column): Item[] => {
      const word = random.pick(['sum', 'avg', 'max']);
      return [{ ...only.copy(column), name: `${word}_${column.name}`, sql: `${word}(${only.at(column)})` }];
    }); // prettier-ignore
    const rows: Item = { name: 'row_count', type: 'bigint', role: 'measure', from: [], sql: 'count(*)' };
    const word = random.pick(statuses);
    return {
      items: [date, account, rows, ...measures],
      key: [date.name, account.name],
      grouped: true,
      text: (selected, revision) =>
        `${list(selected)}\nfrom ${only.from}\n${where(only, word, revision)}\ngroup by ${date.sql}, ${account.sql}`, // prettier-ignore
    };
  },
  incremental: ([side], random) => copyOf(side as Side, random),
  view: ([side], random) => copyOf(side as Side, random),
  latest: ([side]) => {
    const only = side as Side;
    const key = only.one('key');
    const columns = only.table.columns;
    const ranked = columns.map((column) => only.at(column));
    const items = columns.map((column): Item => ({ ...only.copy(column), sql: `ranked.${column.name}` }));
    return {
      items,
      key: [key.name],
      closed: true,
      text: (selected, revision) =>
        `with ranked as (\n  select ${ranked.join(', ')},\n    row_number() over (partition by ${only.at(key)} order by ${only.at(only.one('updated'))} desc) as place\n  from ${only.from}\n  where ${only.at(only.one('measure'))} > ${revision}\n)\n${list(selected)}\nfrom ranked\nwhere ranked.place = 1`, // prettier-ignore
    };
  },
  union: (sides) => {
    const [first, second = sides[0]] = sides as [Side, Side?];
    const other = second as Side;
    const roles: readonly Role[] = ['account', 'date', 'measure'];
    const items = roles.map((role): Item => {
      const [a, b] = [first.one(role), other.one(role)];
      return { ...first.copy(a), from: [first.origin(a), other.origin(b)] };
    });
    const rest = roles.map((role) => other.at(other.one(role))).join(', ');
    return {
      items,
      key: null,
      closed: true,
      text: (selected, revision) =>
        `${list(selected)}\nfrom ${first.from}\nwhere ${first.at(first.one('measure'))} > ${revision}\nunion all\nselect ${rest}\nfrom ${other.from.replace(/ as .*/, '')} as ${other.alias}`, // prettier-ignore
    };
  },
  history: ([side]) => {
    const only = side as Side;
    const updated = only.one('updated');
    const until: Item = { name: 'valid_until', type: 'timestamp', role: 'updated', from: [only.origin(updated)], sql: `lead(${only.at(updated)}) over (partition by ${only.at(only.one('key'))} order by ${only.at(updated)})` }; // prettier-ignore
    return {
      items: [...only.table.columns.filter(({ name }) => name !== until.name).map((column) => only.copy(column)), until],
      key: null,
      text: (selected, revision) =>
        `${list(selected)}\nfrom ${only.from}\nwhere ${only.at(only.one('measure'))} > ${revision}`,
    }; // prettier-ignore
  },
  wide: ([side], random) => {
    const only = side as Side;
    const measures = only.all('measure');
    const items = Array.from({ length: random.between(50, 120) }, (_, at): Item => {
      const [a, b] = [random.pick(measures), random.pick(measures)];
      return { name: `feature_${at + 1}`, type: 'numeric', role: 'measure', from: [only.origin(a), only.origin(b)], sql: `coalesce(${only.at(a)}, 0) + ${at + 1} * coalesce(${only.at(b)}, 0)` }; // prettier-ignore
    });
    const plain = (['account', 'date'] as const).map((role) => only.copy(only.one(role)));
    return {
      items: [...plain, ...items],
      key: null,
      text: (selected, revision) => `${list(selected)}\nfrom ${only.from}\nwhere ${only.at(only.one('date'))} >= '2020-01-0${1 + (revision % 9)}'`, // prettier-ignore
    };
  },
};

function copyOf(side: Side, random: Random): Draft {
  const items = side.table.columns
    .filter(({ role }) => role !== 'measure' || random.next() < 0.8)
    .map((column) => side.copy(column));
  const measure = side.one('measure');
  const all = items.some(({ role }) => role === 'measure') ? items : [...items, side.copy(measure)];
  const word = random.pick(statuses);
  return {
    items: all,
    key: side.table.key,
    text: (selected, revision) => `${list(selected)}\nfrom ${side.from}\n${where(side, word, revision)}`, // prettier-ignore
  };
}

function sorted(origins: readonly Origin[]): Origin[] {
  const distinct = new Map(origins.map((origin) => [`${origin.table}.${origin.column}`, origin]));
  return [...distinct].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, origin]) => origin);
}
