/** Python's `%` formatting and `str.format`. */
import { JinjaError } from './error.ts';
import { asNumber, floatText, roundEven, toFloat } from './numbers.ts';
import { attribute, item } from './operators.ts';
import { repr, str } from './python.ts';
import type { Runtime } from './runtime.ts';
import { Dict, Float, Tuple, type Kwargs, type Value } from './values.ts';

const PERCENT = /%(?:\((\w+)\))?([-+ #0]*)([1-9]\d*)?(?:\.(\d+))?([sdrifgxXeE%])/g;

export function formatPercent(template: string, operand: Value, rt: Runtime): string {
  const values = operand instanceof Tuple ? operand : [operand];
  let next = 0;
  const text = template.replace(
    PERCENT,
    (
      _all,
      name: string | undefined,
      flags: string,
      width: string | undefined,
      precision: string | undefined,
      type: string,
    ) => {
      if (type === '%') return '%';
      const value =
        name === undefined ? values[next++] : operand instanceof Dict ? operand.get(name) : undefined;
      if (value === undefined) throw new JinjaError('not enough values for the format string');
      const zero = flags.includes('0') && !flags.includes('-');
      const align = flags.includes('-') ? '<' : zero ? '' : '>';
      const sign = flags.includes('+') ? '+' : '';
      const kind = type === 'i' ? 'd' : type;
      const shown = kind === 's' ? str(value) : kind === 'r' ? repr(value) : value;
      const spec = `${align}${typeof shown === 'string' ? '' : sign}${zero ? '0' : ''}${width ?? ''}`;
      return formatValue(
        shown,
        `${spec}${precision === undefined ? '' : `.${precision}`}${typeof shown === 'string' ? 's' : kind}`,
      );
    },
  );
  rt.sized(text.length);
  return text;
}

const FIELD = /\{\{|\}\}|\{([^{}!:]*)(?:!([rs]))?(?::((?:[^{}]|\{[^{}]*\})*))?\}/g;

export function formatBraces(template: string, args: readonly Value[], kwargs: Kwargs, rt: Runtime): string {
  let next = 0;
  const field = (name: string): Value => {
    const [, head = '', rest = ''] = /^([^.[]*)(.*)$/s.exec(name) ?? [];
    let value = head === '' ? args[next++] : /^\d+$/.test(head) ? args[Number(head)] : kwargs.get(head);
    if (value === undefined) throw new JinjaError(`format field {${name}} has no value`);
    for (const [, attr, key] of rest.matchAll(/\.(\w+)|\[([^\]]*)\]/g)) {
      value =
        attr === undefined
          ? item(value, /^\d+$/.test(key ?? '') ? Number(key) : (key ?? ''), name, rt)
          : attribute(value, attr, name, rt);
    }
    return value;
  };
  const text = template.replace(
    FIELD,
    (all, name: string | undefined, conversion: string | undefined, spec: string | undefined) => {
      if (all === '{{' || all === '}}') return all[0] as string;
      const value = field(name ?? '');
      const inner = (spec ?? '').replace(/\{([^{}]*)\}/g, (_, nested: string) => str(field(nested)));
      return formatValue(conversion === 'r' ? repr(value) : value, inner);
    },
  );
  rt.sized(text.length);
  return text;
}

const SPEC = /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([sdfFeEgGxXob%])?$/su;

/** The format mini-language. @throws JinjaError for a spec that it cannot read or a width over 10,000 */
function formatValue(value: Value, spec: string): string {
  if (spec === '') return str(value);
  const match = SPEC.exec(spec);
  if (!match) throw new JinjaError(`format ${JSON.stringify(spec)} is unknown`);
  const [, fill = ' ', align, sign = '', , zero, widthText, group, precisionText, type] = match;
  const width = Number(widthText ?? 0);
  const precision = precisionText === undefined ? undefined : Number(precisionText);
  if (width > 10_000 || (precision ?? 0) > 100) throw new JinjaError('format width too large');
  const number = type === 's' ? undefined : asNumber(value);
  let body =
    number === undefined
      ? str(value).slice(0, precision)
      : numeric(toFloat(number), number instanceof Float, type, precision, group);
  if (number !== undefined && (sign === '+' || sign === ' ') && !body.startsWith('-')) body = sign + body;
  const missing = Math.max(0, width - body.length);
  if (zero !== undefined && align === undefined) {
    const signed = /^[-+ ]/.test(body) ? 1 : 0;
    return body.slice(0, signed) + '0'.repeat(missing) + body.slice(signed);
  }
  const left =
    { '>': missing, '^': missing >> 1, '<': 0, '=': missing }[align ?? (number === undefined ? '<' : '>')] ??
    0;
  return fill.repeat(left) + body + fill.repeat(missing - left);
}

function numeric(
  value: number,
  isFloat: boolean,
  type: string | undefined,
  precision: number | undefined,
  group: string | undefined,
): string {
  const grouped = (text: string): string =>
    group === undefined ? text : text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, group);
  switch (type) {
    case 'f':
    case 'F':
      return grouped(value.toFixed(precision ?? 6));
    case '%':
      return `${grouped((value * 100).toFixed(precision ?? 6))}%`;
    case 'e':
    case 'E':
      return value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
    case 'x':
      return Math.trunc(value).toString(16);
    case 'X':
      return Math.trunc(value).toString(16).toUpperCase();
    case 'o':
      return Math.trunc(value).toString(8);
    case 'b':
      return Math.trunc(value).toString(2);
    case 'g':
    case 'G':
      return String(Number(value.toPrecision(precision ?? 6)));
    case 'd':
      return grouped(String(Math.trunc(value)));
    default:
      return grouped(
        precision !== undefined
          ? String(roundEven(value, precision))
          : isFloat
            ? floatText(value)
            : String(value),
      );
  }
}
