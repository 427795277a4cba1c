import { isUtf8 } from 'node:buffer';
import type { Value } from '../transfer/row';

/** A value exactly as SQLite keeps it, whatever its column is declared as. */
export type RawValue =
  | { type: 'null' }
  | { type: 'integer'; value: bigint }
  | { type: 'real'; value: number }
  | { type: 'text' | 'blob'; bytes: Buffer };

export type RawType = RawValue['type'];

/** Two columns of a SELECT that rawValue() makes one value of: its type, and itself, a text as its bytes. */
export const rawColumns = (column: string): string =>
  `typeof(${column}), iif(typeof(${column}) = 'text', cast(${column} as blob), ${column})`;

/** @param value as better-sqlite3 gives it with safeIntegers() */
export function rawValue(type: RawType, value: unknown): RawValue {
  switch (type) {
    case 'null':
      return { type };
    case 'integer':
      return { type, value: value as bigint };
    case 'real':
      return { type, value: value as number };
    case 'text':
    case 'blob':
      return { type, bytes: value as Buffer };
  }
}

/** Exactly what it was, in JSON: bytes that are no text in base64, numbers that JSON rounds as text. */
export function recordRaw(raw: RawValue): object | null {
  switch (raw.type) {
    case 'null':
      return null;
    case 'integer':
      return { integer: String(raw.value) };
    case 'real':
      return { real: String(raw.value) };
    case 'text':
      return isUtf8(raw.bytes)
        ? { text: raw.bytes.toString() }
        : { textInBase64: raw.bytes.toString('base64') };
    case 'blob':
      return { blobInBase64: raw.bytes.toString('base64') };
  }
}

/** As part of a key that people read. */
export function shownRaw(raw: RawValue): Value {
  switch (raw.type) {
    case 'null':
      return null;
    case 'integer':
      return Number.isSafeInteger(Number(raw.value)) ? Number(raw.value) : String(raw.value);
    case 'real':
      return raw.value;
    case 'text':
      return isUtf8(raw.bytes) ? raw.bytes.toString() : `x'${raw.bytes.toString('hex')}'`;
    case 'blob':
      return `x'${raw.bytes.toString('hex')}'`;
  }
}
