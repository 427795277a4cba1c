export const REDACTED = '[redacted]';

const MAX_DEPTH = 6;
const MAX_ITEMS = 50;
/** Values visited in one line: a wide or cyclic object cannot stall the process. */
const MAX_NODES = 500;
const MAX_TEXT = 8_192;

const SECRET_PART =
  /passw|passphrase|token|authorization|cookie|secret|credential|apikey|privatekey|encryptionkey|databaseurl|signature|jwt/;
/** `query`, `parameters` and `driverError` are what TypeORM hangs on its errors: SQL with people's data in it. */
const SECRET_NAME = new Set(['body', 'rawbody', 'hash', 'query', 'parameters', 'drivererror', 'headers']);

const decided = new Map<string, boolean>();

/** Whether a key names something that no log may hold, at whatever depth. */
export function isSecretKey(key: string): boolean {
  const known = decided.get(key);
  if (known !== undefined) return known;
  const bare = key.toLowerCase().replace(/[^a-z0-9]/g, '');
  const secret = SECRET_NAME.has(bare) || SECRET_PART.test(bare) || bare.endsWith('hash');
  if (decided.size < 5_000) decided.set(key, secret);
  return secret;
}

const hidden = new Set<string>();
let hiddenPattern: RegExp | undefined;
/** Shorter ones are words that stand anywhere, such as the name of an engine or a region. */
const LEAST_HIDDEN = 12;
const LEAST_HIDDEN_BY_NAME = 6;
/** `password`, `postgres`: gaps in every other line would give it away, and take the lines' sense with them. */
const ORDINARY_WORD = /^(?:[a-z]{1,11}|[A-Z]{1,11})$/;

/**
 * From now on no line of this process holds one of these values, whatever it goes by there, nor the password of one that
 * is an address: a driver's message may hold the one without the other. They are found within JSON and addresses too.
 * @param values by name; a short one is hidden only where its name is that of a secret, an ordinary word never
 */
export function hideInLogs(values: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value.length >= (isSecretKey(name) ? LEAST_HIDDEN_BY_NAME : LEAST_HIDDEN)) hide(value);
    const password = URL.canParse(value) ? new URL(value).password : '';
    if (password.length >= LEAST_HIDDEN_BY_NAME) [password, decoded(password)].forEach(hide);
  }
  // The longest first, so that no part of one stays behind another.
  const all = [...hidden].sort((one, other) => other.length - one.length);
  hiddenPattern = all.length === 0 ? undefined : new RegExp(all.map(literally).join('|'), 'g');
}

function hide(secret: string): void {
  if (ORDINARY_WORD.test(secret)) return;
  // By way of bytes: half a character would have no form in an address.
  const inAddress = encodeURIComponent(Buffer.from(secret).toString());
  hidden.add(secret).add(JSON.stringify(secret).slice(1, -1)).add(inAddress);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray per cent sign: then it stands for itself.
    return text;
  }
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/**
 * Takes bearer headers, JSON web tokens, passwords of addresses, secrets in query strings and what `hideInLogs` was given
 * out of free text, and cuts what is endless.
 */
export function redactText(text: string): string {
  const shown = hiddenPattern ? text.replace(hiddenPattern, REDACTED) : text;
  const short = shown.length > MAX_TEXT ? `${shown.slice(0, MAX_TEXT)}… (${shown.length} characters)` : shown;
  if (!short.includes('eyJ') && !/bearer |basic |:\/\/[^/\s]*@|[?&#](token|signature)=/i.test(short))
    return short;
  return short
    .replace(/:\/\/[^/\s@]+@/g, `://${REDACTED}@`)
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${REDACTED}`)
    .replace(/\beyJ[\w-]{4,}\.[\w-]{4,}(\.[\w-]*)?/g, REDACTED)
    .replace(/([?&#](?:token|signature)=)[^&\s"']+/gi, `$1${REDACTED}`);
}

interface Budget {
  nodes: number;
}

/** A copy of `value` that JSON can hold: secrets replaced, errors as plain objects, depth and size bounded. */
export function redact(value: unknown): unknown {
  return copy(value, 0, { nodes: MAX_NODES });
}

/** `name, message, code, stack, cause` of an error, nothing else: what drivers hang on it stays out. */
export function errorView(error: Error): Record<string, unknown> {
  return viewOf(error, 0, { nodes: MAX_NODES });
}

function viewOf(error: Error, depth: number, budget: Budget): Record<string, unknown> {
  const code: unknown = 'code' in error ? error.code : undefined;
  return {
    name: error.name,
    message: redactText(String(error.message)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof error.stack === 'string' ? { stack: redactText(error.stack) } : {}),
    ...(error.cause === undefined ? {} : { cause: copy(error.cause, depth + 1, budget) }),
  };
}

function copy(value: unknown, depth: number, budget: Budget): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'bigint':
      return value.toString();
    case 'function':
    case 'symbol':
      return undefined;
    case 'object':
      return value === null ? null : copyObject(value, depth, budget);
    default:
      return value;
  }
}

function copyObject(value: object, depth: number, budget: Budget): unknown {
  if (depth >= MAX_DEPTH || --budget.nodes < 0) return '[…]';
  if (value instanceof Error) return viewOf(value, depth, budget);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => copy(item, depth + 1, budget));
  if (value instanceof Map || value instanceof Set) return `[${value.size} entries]`;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    if (--budget.nodes < 0) break;
    out[key] = isSecretKey(key) ? REDACTED : copy(item, depth + 1, budget);
  }
  return out;
}
