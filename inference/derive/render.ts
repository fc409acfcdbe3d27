/** Expressions as SQL that people read: names of the output where it has them, else `table.column`. */
import type { BoundExpression, BoundSortKey, ColumnId } from '../bind/bound.ts';
import { isMatchCall, matchSql } from './match.ts';
import type { Prover } from './prover.ts';

/** Names of visible columns; `short`: other columns without what their table is in. */
export interface Names {
  readonly of: (id: ColumnId) => string | undefined;
  readonly short?: true;
}

export const noNames: Names = { of: () => undefined };

const longest = 600;

/** Null when some part has no text that means anything outside of the code. */
export function renderExpression(value: BoundExpression, prover: Prover, names: Names): string | null {
  const text = render(value, prover, names, 0);
  return text === null || text.length > longest ? null : text;
}

function render(value: BoundExpression, prover: Prover, names: Names, depth: number): string | null {
  if (depth > 40) return null;
  const of = (part: BoundExpression): string | null => render(part, prover, names, depth + 1);
  const list = (parts: readonly BoundExpression[]): string | null => {
    const texts = parts.map(of);
    return texts.every((text) => text !== null) ? texts.join(', ') : null;
  };
  const inner = (part: BoundExpression): string | null => {
    const text = of(part);
    return text !== null && (part.ex === 'binary' || part.ex === 'between') ? `(${text})` : text;
  };
  switch (value.ex) {
    case 'ref':
      return columnText(value.id, prover, names, depth);
    case 'literal':
      return literal(value);
    case 'parameter':
      return `@${value.name.replace(/^[@:]/, '')}`;
    case 'call': {
      if (isMatchCall(value)) return matchSql(value, of, prover);
      if (value.aggregate) return null; // of which rows, a text of its own cannot say
      const args = list(value.args);
      if (args === null || value.filter) return null;
      return `${value.name}(${value.distinct ? 'distinct ' : ''}${args})`;
    }
    case 'window': {
      const call = of(value.call);
      const by = list(value.partitionBy.map((id) => ({ ex: 'ref', id })));
      const order = sortText(value.orderBy, of);
      if (call === null || by === null || order === null) return null;
      const over = [by === '' ? '' : `partition by ${by}`, order === '' ? '' : `order by ${order}`];
      return `${call} over (${over.filter((text) => text !== '').join(' ')})`;
    }
    case 'cast': {
      const text = of(value.value);
      return text && `cast(${text} as ${value.type})`;
    }
    case 'case': {
      const branches = value.branches.map((branch) => {
        const [when, then] = [of(branch.when), of(branch.then)];
        return when !== null && then !== null ? `when ${when} then ${then}` : null;
      });
      const other = value.otherwise ? of(value.otherwise) : '';
      if (branches.some((branch) => branch === null) || other === null) return null;
      return `case ${branches.join(' ')}${other === '' ? '' : ` else ${other}`} end`;
    }
    case 'binary': {
      const sides =
        value.op === 'AND' ? [of(value.left), of(value.right)] : [inner(value.left), inner(value.right)];
      return sides.every((side) => side !== null) ? sides.join(` ${value.op.toLowerCase()} `) : null;
    }
    case 'unary': {
      const text = inner(value.value);
      if (text === null) return null;
      return value.op.startsWith('IS')
        ? `${text} ${value.op.toLowerCase()}`
        : `${value.op.toLowerCase()}${value.op === 'NOT' ? ' ' : ''}${text}`;
    }
    case 'in': {
      const [text, items] = [inner(value.value), list(value.list)];
      return text !== null && items !== null ? `${text} in (${items})` : null;
    }
    case 'between': {
      const [text, low, high] = [inner(value.value), of(value.low), of(value.high)];
      return text !== null && low !== null && high !== null ? `${text} between ${low} and ${high}` : null;
    }
    case 'field': {
      const text = of(value.value);
      if (text === null || (value.field === undefined && !value.index)) return null;
      if (value.field !== undefined) return `${text}.${value.field}`;
      const index = value.index && of(value.index);
      return index ? `${text}[${index}]` : null;
    }
    case 'opaque':
      if (value.parts.length > 0 || value.text === undefined) return null;
      return names.short ? shortPath(value.text) : value.text;
    default:
      return null;
  }
}

/** `catalog.schema.table.column`, as a table further up told it: without what the table is in. */
const shortPath = (text: string): string =>
  /^[\w-]+(\.[\w*-]+){2,}$/.test(text) ? text.split('.').slice(-2).join('.') : text;

function sortText(
  keys: readonly BoundSortKey[],
  of: (part: BoundExpression) => string | null,
): string | null {
  const texts = keys.map((key) => {
    const text = of(key.value);
    return text && `${text}${key.descending ? ' desc' : ''}`;
  });
  return texts.every((text) => text !== null) ? texts.join(', ') : null;
}

function literal(value: Extract<BoundExpression, { ex: 'literal' }>): string {
  if (value.value === null) return 'null';
  if (value.type === 'string') return `'${value.value.replaceAll("'", "''")}'`;
  if (value.type === 'date' || value.type === 'timestamp') return `${value.type} '${value.value}'`;
  return value.value;
}

function columnText(id: ColumnId, prover: Prover, names: Names, depth: number): string | null {
  const name = names.of(id);
  if (name !== undefined) return name;
  const definition = prover.definitions[id];
  switch (definition?.kind) {
    case 'table':
      return `${names.short ? definition.table.slice(definition.table.lastIndexOf('.') + 1) : definition.table}.${definition.column}`;
    case 'instance':
      return columnText(definition.of, prover, names, depth + 1);
    case 'computed':
      return render(definition.value, prover, names, depth + 1);
    case 'merged': {
      const texts = new Set(definition.of.map((of) => columnText(of, prover, names, depth + 1)));
      return texts.size === 1 ? ([...texts][0] ?? null) : null;
    }
    default:
      return null;
  }
}
