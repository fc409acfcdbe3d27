/** How long the dossiers are by a real tokenizer, and how near our estimate comes to it. */
import { estimateTokens } from '../../inference/model/tokens.ts';
import { quantile } from './windows.ts';

export interface Dossier {
  readonly table: string;
  readonly tokens: number;
  readonly estimated: number;
  /** A list, or the file that builds the table, did not fit. */
  readonly cut: boolean;
}

/** The messages that a conversation begins with. */
export function measureDossier(messages: readonly string[], tokensOf: (text: string) => number): Dossier {
  const [, builder] = /^Built by: (.*)$/m.exec(messages[0] ?? '') ?? [];
  const whole = messages.filter((text) => !text.startsWith('File ') || text.startsWith(`File ${builder}:`));
  const sum = (of: (text: string) => number) => messages.reduce((total, text) => total + of(text), 0);
  return {
    table: /^Table: (.*)$/m.exec(messages[0] ?? '')?.[1] ?? '',
    tokens: sum(tokensOf),
    estimated: sum(estimateTokens),
    cut: whole.some((text) => /^… .* left out here$/m.test(text)),
  };
}

/** Rows of a table: name and value. */
export function dossierRows(dossiers: readonly Dossier[]): [name: string, value: string][] {
  const number = (value: number) => value.toLocaleString('en-US');
  const tokens = dossiers.map((one) => one.tokens);
  const ratios = dossiers.map((one) => one.estimated / one.tokens);
  const largest = dossiers.toSorted((a, b) => b.tokens - a.tokens)[0];
  const at = (share: number) => quantile(ratios, share).toFixed(2);
  return [
    ['tokens of a dossier, median and p95', `${number(quantile(tokens, 0.5))}, ${number(quantile(tokens, 0.95))}`],
    ['the largest', `${number(largest?.tokens ?? 0)} (${largest?.table ?? 'none'})`],
    ['dossiers that were cut', `${dossiers.filter(({ cut }) => cut).length} of ${dossiers.length}`],
    ['our estimate beside the tokenizer, p5, median, p95', `${at(0.05)}, ${at(0.5)}, ${at(0.95)}`],
  ]; // prettier-ignore
}
