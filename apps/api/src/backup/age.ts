import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  scrypt,
  timingSafeEqual,
} from 'node:crypto';
import { BackupKeyError, DamagedBackupError } from './backup.errors';
import { piecesOf } from './pieces';

/*
 * The file format of age, version 1, for one passphrase: `age --decrypt` of any distribution opens what stands here.
 * https://age-encryption.org/v1
 */
const VERSION = 'age-encryption.org/v1';
const CIPHER = 'chacha20-poly1305';
const TAG_BYTES = 16;
const CHUNK_BYTES = 64 * 1024;
const NONCE_BYTES = 16;
/**
 * Of scrypt: 4 MB and some 10 ms a file. The key is no password of a person but 32 characters and more out of a secret
 * store, and every attachment is a file of its own.
 */
const LOG_N = 12;
const FINGERPRINT_LOG_N = 15;
/** More than anybody writes, and nothing that could fill memory. */
const MAX_LOG_N = 20;
const MAX_HEADER_BYTES = 1024;

export async function* encrypt(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
): AsyncGenerator<Buffer> {
  const fileKey = randomBytes(16);
  const salt = randomBytes(16);
  const body = seal(await wrapKey(passphrase, salt, LOG_N), Buffer.alloc(12), fileKey);
  const stanza = `${VERSION}\n-> scrypt ${base64(salt)} ${LOG_N}\n${base64(body)}\n---`;
  const nonce = randomBytes(NONCE_BYTES);
  yield Buffer.concat([Buffer.from(`${stanza} ${base64(macOf(fileKey, stanza))}\n`), nonce]);
  const key = derive(fileKey, nonce, 'payload');
  let counter = 0;
  let held: Buffer = Buffer.alloc(0);
  for await (const chunk of piecesOf(source, CHUNK_BYTES)) {
    if (held.length > 0) yield seal(key, nonceOf(counter++, false), held);
    held = chunk;
  }
  yield seal(key, nonceOf(counter, true), held);
}

/** Of what encrypt() makes of so many bytes. */
export function encryptedSize(bytes: number): number {
  const chunks = Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
  const header = `${VERSION}\n-> scrypt ${' '.repeat(22)} ${LOG_N}\n${' '.repeat(43)}\n--- ${' '.repeat(43)}\n`;
  return header.length + NONCE_BYTES + bytes + chunks * TAG_BYTES;
}

/**
 * @param what names the file in errors
 * @throws BackupKeyError for another passphrase
 * @throws DamagedBackupError where anything was changed, cut off or added
 */
export async function* decrypt(
  source: AsyncIterable<Uint8Array>,
  passphrase: string,
  what: string,
): AsyncGenerator<Buffer> {
  const chunks = source[Symbol.asyncIterator]();
  try {
    const { header, rest } = await readHeader(chunks, what);
    const fileKey = await openHeader(header, passphrase, what);
    const key = derive(fileKey, rest.subarray(0, NONCE_BYTES), 'payload');
    const payload = piecesOf(following(rest.subarray(NONCE_BYTES), chunks), CHUNK_BYTES + TAG_BYTES);
    let counter = 0;
    let held: Buffer | undefined;
    for await (const chunk of payload) {
      if (held) yield open(key, nonceOf(counter++, false), held, what);
      held = chunk;
    }
    if (!held) throw new DamagedBackupError(`${what} ends too early`);
    const last = open(key, nonceOf(counter, true), held, what);
    if (last.length === 0 && counter > 0) throw new DamagedBackupError(`${what} ends with an empty chunk`);
    yield last;
  } finally {
    await chunks.return?.();
  }
}

async function readHeader(
  chunks: AsyncIterator<Uint8Array>,
  what: string,
): Promise<{ header: string; rest: Buffer }> {
  let bytes: Buffer = Buffer.alloc(0);
  for (;;) {
    const end = /\n--- [\w+/]+\n/.exec(bytes.toString('latin1', 0, MAX_HEADER_BYTES));
    const length = end ? end.index + end[0].length : Infinity;
    if (bytes.length >= length + NONCE_BYTES)
      return { header: bytes.toString('latin1', 0, length), rest: bytes.subarray(length) };
    const chunk = await chunks.next();
    if (chunk.done || (!end && bytes.length > MAX_HEADER_BYTES))
      throw new DamagedBackupError(`${what} does not begin as an encrypted file`);
    bytes = Buffer.concat([bytes, chunk.value]);
  }
}

/** @returns the file's own key */
async function openHeader(header: string, passphrase: string, what: string): Promise<Buffer> {
  const found =
    /^(age-encryption\.org\/v1\n-> scrypt ([\w+/]{22}) (\d{1,2})\n([\w+/]{43})\n---) ([\w+/]{43})\n$/.exec(
      header,
    );
  const [, stanza = '', salt = '', logN = '', body = '', mac = ''] = found ?? [];
  if (!found || Number(logN) < 1 || Number(logN) > MAX_LOG_N)
    throw new DamagedBackupError(`${what} is not encrypted with a key as we have it`);
  const wrapping = await wrapKey(passphrase, Buffer.from(salt, 'base64'), Number(logN));
  const fileKey = unseal(wrapping, Buffer.alloc(12), Buffer.from(body, 'base64'));
  if (!fileKey) throw new BackupKeyError(what, true);
  if (!timingSafeEqual(macOf(fileKey, stanza), Buffer.from(mac, 'base64')))
    throw new DamagedBackupError(`The head of ${what} was changed`);
  return fileKey;
}

/** Tells passphrases apart in the names of files, and nothing about them: 8 hexadecimal digits. */
export async function fingerprintOf(passphrase: string): Promise<string> {
  const key = await wrapKey(passphrase, Buffer.from('fingerprint'), FINGERPRINT_LOG_N);
  return key.toString('hex', 0, 4);
}

async function* following(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function wrapKey(passphrase: string, salt: Buffer, logN: number): Promise<Buffer> {
  const whole = Buffer.concat([Buffer.from(`${VERSION}/scrypt`), salt]);
  const options = { N: 2 ** logN, r: 8, p: 1, maxmem: 2 ** logN * 1024 + 1024 * 1024 };
  return new Promise((resolve, reject) =>
    scrypt(passphrase, whole, 32, options, (error, key) => (error ? reject(error) : resolve(key))),
  );
}

const derive = (fileKey: Buffer, salt: Buffer, info: string): Buffer =>
  Buffer.from(hkdfSync('sha256', fileKey, salt, info, 32));

const macOf = (fileKey: Buffer, header: string): Buffer =>
  createHmac('sha256', derive(fileKey, Buffer.alloc(0), 'header'))
    .update(header)
    .digest();

/** Which chunk it is, and whether it is the last one: chunks change no places, and none is left off. */
function nonceOf(counter: number, isLast: boolean): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUIntBE(counter, 5, 6);
  nonce[11] = isLast ? 1 : 0;
  return nonce;
}

function seal(key: Buffer, nonce: Buffer, plain: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function open(key: Buffer, nonce: Buffer, sealed: Buffer, what: string): Buffer {
  const plain = unseal(key, nonce, sealed);
  if (!plain) throw new DamagedBackupError(`${what} was changed or cut`);
  return plain;
}

/** @returns undefined where it was sealed with something else, or changed */
function unseal(key: Buffer, nonce: Buffer, sealed: Buffer): Buffer | undefined {
  if (sealed.length < TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]);
  } catch {
    return undefined;
  }
}

/** Without padding, as age has it. */
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
