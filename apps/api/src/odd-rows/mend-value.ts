import type { Value } from '../transfer/row';
import type { ColumnShape } from '../transfer/tables';
import { decodeText } from './decode-text';
import type { RawValue } from './raw-value';
import type { Problem, Rule } from './rules';

/** A value as it can be carried, and what had to be done to it. It means nothing where a finding has no rule. */
export interface MendedValue {
  value: Value;
  findings: { problem: Problem; rule: Rule | null }[];
}

/** What JavaScript's Date holds, in milliseconds on either side of 1970. */
export const LAST_INSTANT = 8.64e15;

/** @param isCuttable whether it loses but its end when it is cut */
export function mendValue(raw: RawValue, column: ColumnShape, isCuttable: boolean): MendedValue {
  if (raw.type === 'null') return column.nullable ? fine(null) : hopeless('null');
  return column.kind === 'text' ? mendText(raw, column, isCuttable) : mendNumber(raw, column);
}

type Something = Exclude<RawValue, { type: 'null' }>;

function mendText(raw: Something, { maxLength }: ColumnShape, isCuttable: boolean): MendedValue {
  const findings: MendedValue['findings'] = [];
  let text: string;
  if (raw.type === 'integer' || raw.type === 'real') {
    text = String(raw.value);
    findings.push({ problem: 'number', rule: 'to-text' });
  } else {
    text = decodeText(raw.bytes);
    if (raw.type === 'blob') findings.push({ problem: 'bytes', rule: 'decode' });
    else if (!raw.bytes.equals(Buffer.from(text))) findings.push({ problem: 'not-utf8', rule: 'replace' });
  }
  if (text.includes('\0')) {
    text = text.replaceAll('\0', '\ufffd');
    findings.push({ problem: 'nul', rule: 'replace' });
  }
  if (maxLength !== null && text.length > maxLength) {
    const characters = [...text];
    if (characters.length > maxLength) {
      text = characters.slice(0, maxLength).join('');
      findings.push({ problem: 'too-long', rule: isCuttable ? 'cut' : null });
    }
  }
  return { value: text, findings };
}

function mendNumber(raw: Something, column: ColumnShape): MendedValue {
  switch (raw.type) {
    case 'integer':
      return mendInteger(raw.value, column);
    case 'real': {
      if (!Number.isFinite(raw.value)) return mendInteger(raw.value > 0 ? 1n << 63n : -(1n << 63n), column);
      const whole = Math.trunc(raw.value);
      const { value, findings } = mendInteger(BigInt(whole), column);
      return whole === raw.value
        ? { value, findings }
        : { value, findings: [{ problem: 'fraction', rule: 'truncate' }, ...findings] };
    }
    case 'text':
    case 'blob': {
      const number = numberIn(raw.bytes.toString('latin1').trim(), column);
      if (number === null) return hopeless('not-a-number');
      const { value, findings } = mendInteger(number, column);
      return { value, findings: [{ problem: 'not-a-number', rule: 'to-number' }, ...findings] };
    }
  }
}

function mendInteger(integer: bigint, { bits, isInstant }: ColumnShape): MendedValue {
  const last = isInstant ? LAST_INSTANT : bits === 64 ? Number.MAX_SAFE_INTEGER : 2 ** (bits - 1) - 1;
  const first = isInstant || bits === 64 ? -last : -last - 1;
  if (integer >= BigInt(first) && integer <= BigInt(last)) return fine(Number(integer));
  if (!isInstant) return hopeless('too-big');
  return { value: integer > 0n ? last : first, findings: [{ problem: 'instant', rule: 'nearest' }] };
}

const DIGITS = /^[+-]?\d{1,30}$/;
/** As `datetime()` of SQLite and ISO 8601 write it. */
const DATE = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

function numberIn(text: string, { isInstant }: ColumnShape): bigint | null {
  if (DIGITS.test(text)) return BigInt(text.replace('+', ''));
  const date = isInstant ? DATE.exec(text) : null;
  if (!date) return null;
  const hasTime = text.length > 'YYYY-MM-DD'.length;
  const instant = Date.parse(text.replace(' ', 'T') + (hasTime && date[1] === undefined ? 'Z' : ''));
  return Number.isNaN(instant) ? null : BigInt(instant);
}

const fine = (value: Value): MendedValue => ({ value, findings: [] });
const hopeless = (problem: Problem): MendedValue => ({ value: null, findings: [{ problem, rule: null }] });
