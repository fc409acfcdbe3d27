import type { Card } from '../../schema/contracts/card.ts';
import { columnNotes, noteFields, type NoteField } from '../../schema/contracts/column-words.ts';
import type { ClaimOf } from '../trust-order.ts';
import { byText, personBehind, whyTrusted } from '../trust-order.ts';
import { typeFamily } from '../type-family.ts';
import { firstKnown, folded, groupBy, otherOrigins, type Loss, type Merged } from './rule.ts';

type Column = ClaimOf<'column'>;

/**
 * Columns are the union of all that are named; each property of a column comes from the most trusted claim that knows it. Order
 * is the warehouse's or the code's, never the documentation's, which lists columns as its author likes.
 */
export function mergeColumns(claims: readonly Column[]): Merged<Partial<Card>> {
  const losses: Loss[] = [];
  const columns = [...groupBy(claims, (claim) => folded(claim.value.column)).values()].map((group) => {
    const best = group[0] as Column;
    const described = group.find((claim) => claim.value.description?.trim());
    const listed = group.find((claim) => claim.value.values !== null);
    const noted = group.find((claim) => columnNotes(claim.value) !== '');
    const never = neverNull(group);
    losses.push(...typeConflicts(group), ...descriptionConflicts(group), ...never);
    return {
      column: best.value.column,
      position: firstKnown([...group].sort(byKnowledgeOfOrder), (claim) => claim.value.position),
      type: firstKnown(group, (claim) => claim.value.type),
      description: described?.value.description?.trim() ?? null,
      nullable: firstKnown(group, (claim) => claim.value.nullable),
      values: listed?.value.values ?? null,
      ...notesOf(group, never.length > 0 ? 'null_meaning' : null),
      origin: best.origin,
      ...otherOrigins(best, { described, listed, noted }),
    };
  });
  return { part: { columns: inOrder(columns) }, losses };
}

type Notes = Partial<Pick<Column['value'], NoteField>>;

/** Those that some claim knows, but for one that is refuted. */
const notesOf = (group: readonly Column[], refuted: NoteField | null): Notes =>
  Object.fromEntries(
    noteFields.flatMap((field) => {
      const known = firstKnown(group, (claim) => claim.value[field] ?? null);
      return known === null || field === refuted ? [] : [[field, known]];
    }),
  );

/**
 * Columns that only documentation names, of a table whose code names all that it makes: mostly renamed or dropped since. Of a struct's fields only the
 * struct is looked for.
 */
export function notMade(claims: readonly Column[]): Loss[] {
  const root = ({ value }: Column): string => folded(value.column.split('.')[0] ?? value.column);
  const made = claims.filter((claim) => claim.origin !== 'declared');
  const names = new Set(made.map(root));
  const kept = made.find(({ origin }) => origin === 'derived');
  if (kept === undefined) return [];
  return claims
    .filter((claim) => claim.origin === 'declared' && !names.has(root(claim)) && personBehind(claim) === null)
    .map((lost) => ({
      lost,
      kept,
      subject: lost.value.column,
      words: `${lost.value.column} is documented, and the code makes no such column`,
      rule: 'where the code names all columns, documentation adds none',
      contradicts: true,
    }));
}

/** By position; fields of a struct (`a.b`) right behind their column, whatever numbers their source gives them. */
function inOrder<C extends { readonly column: string; readonly position: number | null }>(
  columns: readonly C[],
): C[] {
  const root = (column: string): string => folded(column.split('.')[0] ?? column);
  const positions = new Map(columns.map(({ column, position }) => [folded(column), position ?? Infinity]));
  const place = ({ column, position }: C): number => positions.get(root(column)) ?? position ?? Infinity;
  return [...columns].sort(
    (a, b) =>
      place(a) - place(b) ||
      byText(root(a.column), root(b.column)) ||
      Number(a.column.includes('.')) - Number(b.column.includes('.')) ||
      (a.position ?? Infinity) - (b.position ?? Infinity) ||
      byText(a.column, b.column),
  );
}

const orderSources = ['observed', 'derived', 'declared', 'inferred'] as const;
const byKnowledgeOfOrder = (a: Column, b: Column): number =>
  orderSources.indexOf(a.origin) - orderSources.indexOf(b.origin);

function typeConflicts(group: readonly Column[]): Loss[] {
  const typed = group.filter((claim) => claim.value.type !== null);
  const kept = typed[0];
  if (!kept) return [];
  return typed
    .filter((claim) => typeFamily(claim.value.type ?? '') !== typeFamily(kept.value.type ?? ''))
    .map((lost) => ({
      lost,
      kept,
      subject: kept.value.column,
      words: `kept type ${kept.value.type ?? ''}, not ${lost.value.type ?? ''}`,
      rule: whyTrusted(kept, lost),
      contradicts: lost.origin !== 'inferred',
    }));
}

/** What the code never leaves NULL has no NULL that stands for anything, whatever a model says. */
function neverNull(group: readonly Column[]): Loss[] {
  const kept = group.find(({ origin, value }) => origin === 'derived' && value.nullable === false);
  const lost = group.find(({ value }) => (value.null_meaning ?? null) !== null);
  if (!kept || lost?.origin !== 'inferred') return [];
  return [
    {
      lost,
      kept,
      subject: kept.value.column,
      words: `never NULL by its code, not "${lost.value.null_meaning ?? ''}" where it is NULL`,
      rule: whyTrusted(kept, lost),
      contradicts: true,
    },
  ];
}

/** Only people's notes contradict: a model's or a macro's wording beside a written one is only another wording. */
function descriptionConflicts(group: readonly Column[]): Loss[] {
  const described = group.filter((claim) => claim.value.description?.trim());
  const kept = described[0];
  if (!kept) return [];
  return described
    .filter((claim) => folded(claim.value.description ?? '') !== folded(kept.value.description ?? ''))
    .filter((claim) => claim.value.type === null && claim.value.values === null)
    .map((lost) => ({
      lost,
      kept,
      subject: kept.value.column,
      words: 'another description of the column stands',
      rule: whyTrusted(kept, lost),
      contradicts: false,
    }));
}
