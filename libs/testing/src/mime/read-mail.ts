/** A mail as a person sees it. */
export interface ReadMail {
  /** By name in lower case, unfolded and decoded; of several with one name the last. */
  headers: Record<string, string>;
  /** How often each name stands there. */
  counts: Record<string, number>;
  text: string;
  html: string;
}

/** Reads a mail as a mail program does, as far as ours have it: encoded words, one level of alternatives. */
export function readMail(raw: Buffer): ReadMail {
  const { headers, counts, body } = splitPart(raw);
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  const parts = boundary === undefined ? [] : body.toString('latin1').split(`--${boundary}`).slice(1, -1);
  const found: Record<string, string> = {};
  for (const part of parts.map((text) => splitPart(Buffer.from(text.slice(2), 'latin1'))))
    found[(part.headers['content-type'] ?? '').split(';')[0] ?? ''] = decodeBody(part);
  return { headers, counts, text: found['text/plain'] ?? '', html: found['text/html'] ?? '' };
}

interface Part {
  headers: Record<string, string>;
  counts: Record<string, number>;
  body: Buffer;
}

function splitPart(raw: Buffer): Part {
  const end = raw.indexOf('\r\n\r\n');
  const lines = raw.subarray(0, end).toString('utf8').replace(/\r\n[ \t]+/g, ' ').split('\r\n'); // prettier-ignore
  const headers: Record<string, string> = {};
  const counts: Record<string, number> = {};
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(':')).toLowerCase();
    headers[name] = decodeWords(line.slice(line.indexOf(':') + 1).trim());
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return { headers, counts, body: raw.subarray(end + 4) };
}

function decodeBody({ headers, body }: Part): string {
  const encoding = (headers['content-transfer-encoding'] ?? '7bit').toLowerCase();
  const text = body.toString('latin1').replace(/\r\n$/, '');
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return Buffer.from(text, 'latin1').toString('utf8');
  return fromHex(text.replace(/=\r\n/g, ''), /=([0-9A-F]{2})/gi);
}

/** RFC 2047: words that stand beside each other belong together. */
const decodeWords = (text: string): string =>
  text.replace(/(=\?utf-8\?[qb]\?[^?]*\?=)\s+(?==\?utf-8\?)/gi, '$1').replace(
    /(?:=\?utf-8\?[qb]\?[^?]*\?=)+/gi,
    (words) =>
      Buffer.concat([...words.matchAll(/=\?utf-8\?([qb])\?([^?]*)\?=/gi)].map(([, how, word]) => wordOf(how, word))).toString('utf8'), // prettier-ignore
  );

function wordOf(how = '', word = ''): Buffer {
  if (how.toLowerCase() === 'b') return Buffer.from(word, 'base64');
  return Buffer.from(fromHex(word.replace(/_/g, ' '), /=([0-9A-F]{2})/gi));
}

function fromHex(text: string, pattern: RegExp): string {
  const bytes = text.replace(pattern, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
