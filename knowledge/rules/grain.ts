import type { Card } from '../../schema/contracts/card.ts';
import type { ClaimValue, GrainKey } from '../../schema/contracts/claims.ts';
import { authorityOf, byText, type ClaimOf } from '../trust-order.ts';
import { firstKnown, folded, from, groupBy, type Loss, type Merged } from './rule.ts';

type Grain = ClaimOf<'grain'>;
/** A key with the claim that states it. */
interface Stated {
  readonly key: GrainKey;
  readonly claim: Grain;
}

/** Best first. A person's key stands before all of them; a key that holds only within a partition, behind those of the whole table. */
const bases = ['tested', 'proved', 'config', 'assumed', 'observed'] as const;
const scopes = ['table', 'current_rows', 'partition'] as const;
const maxKeys = 3;
/** Longer keys are not spelled out in the phrase. */
const mostNamed = 4;

/**
 * The best keys of all claims. Equal column sets are one key; a key is left out when a part of it is a key on better or equal grounds.
 * Keys that are sure (a person's, tested, proved) can all be true at once, so they stand side by side, also where a proved key is
 * narrower than a tested one: then the test asks for less than what holds. A guessed key stands only where no sure one does, or
 * behind a proved one that it is a part of. That a derived key which rests on assumptions gives way is no conflict (a surrogate key and
 * the columns that it is made of are both keys); that a model or the logs see other rows than a test does is one.
 */
export function mergeGrain(claims: readonly Grain[]): Merged<Partial<Card>> {
  const losses: Loss[] = [];
  const doubt = claims.find(isDoubt);
  const sets = [...groupBy(statedKeys(claims), ({ key }) => nameOf(key)).values()];
  const kept: Stated[] = [];
  for (const same of sets) {
    const stated = inOne(same);
    const against = contradiction(stated, kept, doubt);
    if (against) losses.push(...same.map(({ claim }) => ({ ...against, lost: claim })));
    if (against ? against.beside : !kept.some(({ key }) => impliedBy(stated.key, key))) kept.push(stated);
  }
  if (doubt) losses.push(...doubtOf(doubt, kept));
  const best = kept.slice(0, maxKeys);
  return { part: grainOf(claims, best, doubt), losses: withoutDoubles(losses) };
}

function statedKeys(claims: readonly Grain[]): Stated[] {
  const stated = claims.flatMap((claim) => claim.value.keys.map((key) => ({ key, claim })));
  const order = new Map(claims.map((claim, index) => [claim.id, index]));
  return stated.sort(
    (a, b) =>
      Number(authorityOf(b.claim) === 'person') - Number(authorityOf(a.claim) === 'person') ||
      (authorityOf(a.claim) === 'person' ? (order.get(a.claim.id) ?? 0) - (order.get(b.claim.id) ?? 0) : 0) ||
      Number(a.key.scope === 'partition') - Number(b.key.scope === 'partition') ||
      bases.indexOf(a.key.basis) - bases.indexOf(b.key.basis) ||
      Number(a.claim.origin === 'inferred') - Number(b.claim.origin === 'inferred') ||
      scopes.indexOf(a.key.scope) - scopes.indexOf(b.key.scope) ||
      a.key.columns.length - b.key.columns.length ||
      byText(nameOf(a.key), nameOf(b.key)) ||
      (order.get(a.claim.id) ?? 0) - (order.get(b.claim.id) ?? 0),
  );
}

/** The columns of a key, whatever their order and letter case. */
const nameOf = (key: GrainKey): string => key.columns.map(folded).sort(byText).join(', ');
const isPart = (part: GrainKey, whole: GrainKey): boolean => {
  const columns = new Set(whole.columns.map(folded));
  return part.columns.every((column) => columns.has(folded(column)));
};
/** A wider key says nothing new beside a narrower one that holds for at least the same rows. */
const impliedBy = (wide: GrainKey, narrow: GrainKey): boolean =>
  isPart(narrow, wide) && (narrow.scope === 'table' || narrow.scope === wide.scope);

/** The key on its best grounds, in the name of its most trusted claim; what that leaves open about NULLs, another may know. */
function inOne(same: readonly Stated[]): Stated {
  const best = same[0] as Stated;
  const key = same
    .map((one) => one.key)
    .reduce((a, b) => (bases.indexOf(b.basis) < bases.indexOf(a.basis) ? b : a));
  const nulls = same.find((one) => one.key.nulls !== 'unknown')?.key.nulls ?? 'unknown';
  return { key: { ...key, columns: best.key.columns, nulls }, claim: best.claim };
}

const isSure = ({ key, claim }: Stated): boolean =>
  authorityOf(claim) === 'person' || key.basis === 'tested' || key.basis === 'proved';
const isGuess = ({ key, claim }: Stated): boolean =>
  authorityOf(claim) !== 'person' &&
  (claim.origin === 'inferred' || key.basis === 'assumed' || key.basis === 'observed');

/** Why a key gives way, and whether it stays named beside the one that it gives way to. */
type Against = Omit<Loss, 'lost'> & { readonly beside: boolean };

/** What a key fails against; null when it may stand. */
function contradiction(stated: Stated, kept: readonly Stated[], doubt: Grain | undefined): Against | null {
  const person = kept.find((other) => isPersons(other.claim) && other.claim.id !== stated.claim.id);
  if (person && differs(person, stated)) return againstPerson(stated, person);
  if (!isGuess(stated)) return null;
  if (doubt && stated.claim.origin !== 'derived') {
    return {
      kept: doubt,
      subject: nameOf(stated.key),
      words: `the code can make several rows for one ${keyWords(stated.key)}: ${reasonOf(doubt)}`,
      rule: 'a guessed key gives way where the code can make duplicates',
      contradicts: true,
      beside: false,
    };
  }
  const sure = kept.find((other) => isSure(other) && other.claim.id !== stated.claim.id);
  if (!sure || isPart(sure.key, stated.key) || namesRow(stated, kept)) return null;
  return {
    kept: sure.claim,
    subject: nameOf(stated.key),
    words: `one row per ${keyWords(sure.key)}, not per ${keyWords(stated.key)}`,
    rule: `${groundsOf(sure)} stands before a guessed one that does not follow from it`,
    contradicts: stated.claim.origin !== 'derived',
    beside: false,
  };
}

/** An assumption about a part of a wide key that the code proves, where nobody tests a key: it says what the wide one is likely about, and stands behind it. */
const namesRow = ({ key, claim }: Stated, kept: readonly Stated[]): boolean => {
  const sure = kept.filter(isSure);
  return claim.origin === 'derived' && sure.every((one) => one.key.basis === 'proved') && sure.some((one) => isPart(key, one.key)); // prettier-ignore
};

/** A person who names fewer columns, or other ones, than a key of the code asks for. Keys without a common column can both be true. */
const differs = (person: Stated, stated: Stated): boolean =>
  (isPersons(stated.claim) || isSure(stated)) &&
  !isPart(stated.key, person.key) &&
  (isPersons(stated.claim) ||
    stated.key.columns.some((column) => isPart({ ...stated.key, columns: [column] }, person.key)));

const againstPerson = (stated: Stated, person: Stated): Against => ({
  kept: person.claim,
  subject: nameOf(stated.key),
  words: `one row per ${keyWords(person.key)}, where ${groundsOf(stated)} says per ${keyWords(stated.key)}`,
  rule: isPersons(stated.claim)
    ? 'among notes of people the newest that still fits the code wins'
    : "a person's word stands before the code's; the code's key stays beside it",
  contradicts: true,
  beside: !isPersons(stated.claim),
});

/** That rows may repeat is said by a person, or follows from the code; nobody else can know. */
const isDoubt = (claim: Grain): boolean =>
  claim.value.status === 'duplicates_possible' && ['person', 'derived'].includes(authorityOf(claim));
const isPersons = (claim: Grain | undefined): boolean =>
  claim !== undefined && authorityOf(claim) === 'person';

/** Doubt beside keys that say otherwise: sure keys decide, unless a person doubts; configured ones stay named but do not decide. */
function doubtOf(doubt: Grain, kept: readonly Stated[]): Loss[] {
  const others = kept.filter(({ key, claim }) => claim.id !== doubt.id && key.scope === 'table');
  const sure = isPersons(doubt) ? undefined : others.find(isSure);
  if (sure) {
    return [
      {
        lost: doubt,
        kept: sure.claim,
        subject: nameOf(sure.key),
        words: `unique by ${keyWords(sure.key)}, though the code can make duplicates: ${reasonOf(doubt)}`,
        rule: `${groundsOf(sure)} stands before what the code could do`,
        contradicts: true,
      },
    ];
  }
  return others.map(({ key, claim }) => ({
    lost: claim,
    kept: doubt,
    subject: nameOf(key),
    words: `there can be several rows for one ${keyWords(key)}: ${reasonOf(doubt)}`,
    rule: isPersons(doubt)
      ? "a person's word stands before every key"
      : 'a key that is only configured does not outweigh code that can make duplicates',
    contradicts: true,
  }));
}

const groundsOf = ({ key, claim }: Stated): string =>
  isPersons(claim) ? "a person's key" : `a ${key.basis} key`;
const reasonOf = (doubt: Grain): string =>
  isPersons(doubt) ? 'so a person says' : (doubt.steps?.at(-1)?.text ?? 'no key survives its joins');
export const keyWords = (key: GrainKey): string => key.columns.join(', ') || 'table';

/** What a model says of a key that lost says nothing of the one that stands. */
const mayTellTimeOf = (claim: Grain, winner: Stated | undefined): boolean =>
  claim.origin !== 'inferred' ||
  winner === undefined ||
  claim.value.keys.some(
    ({ columns }) =>
      columns.length === winner.key.columns.length && isPart({ ...winner.key, columns }, winner.key),
  );

function grainOf(claims: readonly Grain[], best: readonly Stated[], doubt: Grain | undefined): Partial<Card> {
  const winner = best[0];
  const timeGrain = firstKnown(
    claims.filter((claim) => mayTellTimeOf(claim, winner)),
    (claim) => claim.value.time_grain,
  );
  if (winner) {
    const sure = best.some(isSure) && !isPersons(doubt);
    const value: ClaimValue<'grain'> = {
      keys: best.map(({ key }) => key),
      status: doubt && !sure ? 'duplicates_possible' : statusOf(winner),
      phrase: phraseOf(winner, claims),
      time_grain: timeGrain,
    };
    return { grain: { value, from: from(winner.claim) } };
  }
  const said =
    doubt ??
    claims.find(
      (claim) => claim.value.status !== 'unknown' || claim.value.phrase !== '' || claim.value.time_grain,
    );
  if (!said) return {};
  const { status, phrase } = said.value;
  return { grain: { value: { keys: [], status, phrase, time_grain: timeGrain }, from: from(said) } };
}

/** A key of the whole table makes its rows unique, whatever its claim's status was before other claims were seen. */
const statusOf = ({ key, claim }: Stated): ClaimValue<'grain'>['status'] =>
  key.scope === 'table' && claim.value.status !== 'duplicates_possible' ? 'unique' : claim.value.status;

/**
 * The phrase of the most trusted claim whose own best key this is, so that phrase and key never tell two stories. What is declared in code has its words from
 * the key's names alone: those of others, who know what the key is made of, come first.
 */
function phraseOf(winner: Stated, claims: readonly Grain[]): string {
  const fromNames = (claim: Grain): boolean => claim.origin === 'declared' && !isPersons(claim);
  const all = [winner.claim, ...claims];
  const same = [...all.filter((claim) => !fromNames(claim)), ...all.filter(fromNames)].find(
    (claim) =>
      claim.value.phrase !== '' && claim.value.keys[0] && nameOf(claim.value.keys[0]) === nameOf(winner.key),
  );
  if (same) return same.value.phrase;
  const { columns, scope } = winner.key;
  if (columns.length === 0) return 'at most one row';
  const what = columns.length > mostNamed ? `combination of ${columns.length} columns` : keyWords(winner.key);
  return `one row per ${what}${{ table: '', current_rows: ' per version', partition: ' within a partition' }[scope]}`;
}

/** A claim that lost with several keys against the same one, for the same reason, is named once. */
function withoutDoubles(losses: readonly Loss[]): Loss[] {
  const seen = new Map<string, Loss>();
  for (const loss of losses) {
    const name = `${loss.lost.id} ${loss.kept?.id ?? ''} ${loss.rule}`;
    if (loss.kept?.id !== loss.lost.id && !seen.has(name)) seen.set(name, loss);
  }
  return [...seen.values()];
}
