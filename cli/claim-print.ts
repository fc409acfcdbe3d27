/** What of a claim stands on a terminal, wherever it is printed. Pure. */
import { valueText } from '../inference/model/claim-text.ts';
import { place } from '../knowledge/page.ts';
import type { Claim, ProofStep } from '../schema/contracts/claims.ts';
import { indented } from './paragraph.ts';
import type { Terminal } from './terminal.ts';

const inset = 13;

/** The origin and the value; at least one line. */
export function valueLines(claim: Claim, { style, width }: Pick<Terminal, 'style' | 'width'>): string[] {
  const [first = '', ...rest] = indented(valueText(claim).replace(/:\s*$/, ''), inset, width, 6);
  return [`  ${style('cyan', claim.origin.padEnd(inset - 2))}${first.slice(inset)}`, ...rest];
}

/** A remark below the value. */
export const remarkLines = (text: string, { style, width }: Pick<Terminal, 'style' | 'width'>): string[] =>
  indented(text, inset + 2, width).map((line) => style('dim', line));

/** Where a claim is read. */
export const placesOf = ({ evidence }: Claim): string => evidence.map(place).join(', ') || 'no evidence';

/** A step of a proof, with its place. */
export function stepText({ text, path, line }: ProofStep): string {
  if (path === undefined) return text;
  return `${text} (${path}${line === undefined ? '' : `:${line}`})`;
}
