/** Python's int and float: literals, arithmetic, text. */
import { JinjaError } from './error.ts';
import { Float, type Value } from './values.ts';

const MAX_BITS = 4096;

export type PyNumber = number | bigint | Float;

export function numberLiteral(text: string): number | bigint | Float {
  const digits = text.replaceAll('_', '');
  if (/^0[xXoObB]/.test(digits)) return int(BigInt(digits));
  if (/[.eE]/.test(digits)) return new Float(Number(digits));
  return digits.length < 16 ? Number(digits) : int(BigInt(digits));
}

/** A bigint only where a number would lose digits. */
export function int(value: bigint): number | bigint {
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
}

/** True counts as 1, as in Python. */
export function asNumber(value: Value): PyNumber | undefined {
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return value;
  return typeof value === 'boolean' ? Number(value) : undefined;
}

export function toFloat(value: PyNumber): number {
  return value instanceof Float ? value.value : Number(value);
}

export function arithmetic(op: string, left: PyNumber, right: PyNumber): PyNumber {
  if (op === '/' || left instanceof Float || right instanceof Float)
    return new Float(floating(op, toFloat(left), toFloat(right)));
  if (op === '**' && right < 0) return new Float(toFloat(left) ** toFloat(right));
  if (typeof left === 'number' && typeof right === 'number') {
    const quick = whole(op, left, right);
    if (Number.isSafeInteger(quick)) return quick;
  }
  return int(big(op, BigInt(left), BigInt(right)));
}

function floating(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      return a ** b;
    case '/':
      return a / nonZero(b);
    case '//':
      return Math.floor(a / nonZero(b));
    default:
      return modulo(a, nonZero(b));
  }
}

function whole(op: string, a: number, b: number): number {
  if (op === '//') return Math.floor(a / nonZero(b));
  return floating(op, a, b);
}

function modulo(a: number, b: number): number {
  const rest = a % b;
  return rest !== 0 && rest < 0 !== b < 0 ? rest + b : rest;
}

function big(op: string, a: bigint, b: bigint): bigint {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '**':
      if (BigInt(a.toString(2).length) * b > MAX_BITS) throw new JinjaError('number too large');
      return a ** b;
  }
  if (b === 0n) throw new JinjaError('division by zero');
  const rest = a % b;
  const floored = rest !== 0n && rest < 0n !== b < 0n;
  if (op === '//') return a / b - (floored ? 1n : 0n);
  return floored ? rest + b : rest;
}

function nonZero(value: number): number {
  if (value === 0) throw new JinjaError('division by zero');
  return value;
}

/** Python's repr of a float. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4))
    return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  return Number.isInteger(value) ? `${value}.0` : String(value);
}

/** `int(x)`: undefined where Python raises ValueError. */
export function parseInteger(text: string, base = 10): number | bigint | undefined {
  const clean = text.trim().replaceAll('_', '');
  if (base === 10) return /^[+-]?\d{1,1000}$/.test(clean) ? int(BigInt(clean.replace('+', ''))) : undefined;
  const parsed = Number.parseInt(clean, base);
  return Number.isNaN(parsed) ? undefined : parsed;
}

/** `float(x)`: undefined where Python raises ValueError. */
export function parseFloating(text: string): number | undefined {
  const clean = text.trim().replaceAll('_', '').toLowerCase();
  if (/^[+-]?(inf|infinity)$/.test(clean)) return clean.startsWith('-') ? -Infinity : Infinity;
  if (clean === 'nan') return Number.NaN;
  return /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/.test(clean) ? Number(clean) : undefined;
}

/** Rounds half to even, as Python 3 does. */
export function roundEven(value: number, digits = 0): number {
  const scale = 10 ** digits;
  const scaled = value * scale;
  const floor = Math.floor(scaled);
  const diff = scaled - floor;
  const rounded = diff > 0.5 || (diff === 0.5 && floor % 2 !== 0) ? floor + 1 : floor;
  return rounded / scale;
}
