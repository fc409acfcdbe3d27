/** The words of Jinja's expression language: names, numbers, operators and string literals. */
import { own } from '../../schema/contracts/own.ts';

export const NAME = /[\p{L}_][\p{L}\p{N}_]*/uy;
export const NUMBER = /0[xX][\da-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|\d[\d_]*(?:\.\d[\d_]*)?(?:[eE][+-]?\d+)?/y;
export const OPERATOR = /\*\*|\/\/|==|!=|>=|<=|[-+/*%~[\](){}<>=.:|,;]/y;

export function isNameStart(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code > 127 && code !== 160)
  );
}

const ESCAPES: Record<string, string> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '\\': '\\',
  "'": "'",
  '"': '"',
  '\n': '',
};
const ESCAPE = /\\(u[\da-fA-F]{4}|U[\da-fA-F]{8}|x[\da-fA-F]{2}|[0-7]{1,3}|[^])/g;

/** Decodes Python's escapes; an unknown one keeps its backslash, as Python does. */
function unescape(body: string): string {
  return body.replace(ESCAPE, (whole, escape: string) => {
    const simple = own(ESCAPES, escape);
    if (simple !== undefined) return simple;
    if (/^[uUx]./.test(escape)) return codePoint(Number.parseInt(escape.slice(1), 16), whole);
    if (/^[0-7]/.test(escape)) return codePoint(Number.parseInt(escape, 8), whole);
    return whole;
  });
}

function codePoint(code: number, otherwise: string): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : otherwise;
}

/** The string literal at `start`; `end` is the offset behind its closing quote; null where it is never closed. */
export function lexString(text: string, start: number): { value: string; end: number } | null {
  const quote = text.charCodeAt(start);
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === quote) {
      const body = text.slice(start + 1, i);
      return { value: body.includes('\\') ? unescape(body) : body, end: i + 1 };
    }
  }
  return null;
}
