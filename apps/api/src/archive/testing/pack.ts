import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { sumLine } from '../entries';
import type { Manifest } from '../manifest';
import { sealed } from '../seal';

const BLOCK = 512;
const TAR_END = Buffer.alloc(2 * BLOCK);

/** A header as POSIX has it (ustar), of whatever a forger wants. @param type 0 is a plain file. */
export function tarHeader(name: string, size: number, type = '0'): Buffer {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => value.toString(8).padStart(digits, '0');
  header.write(name, 0, 'latin1');
  header.write(`0000600\x000000000\x000000000\x00`, 100, 'latin1');
  if (size < 8 ** 11) header.write(octal(size, 11), 124, 'latin1');
  else header.writeBigUInt64BE(BigInt(size), header.writeUInt32BE(0x80000000, 124));
  header.write(octal(1_795_305_600, 11), 136, 'latin1');
  header.write(`        ${type}`, 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${octal(sum, 6)}\0 `, 148, 'latin1');
  return header;
}

/** One entry, as bytes of a tar. */
export const packed = (name: string, content: Buffer, type?: string): Buffer =>
  Buffer.concat([
    tarHeader(name, content.length, type),
    content,
    Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK),
  ]);

/** An archive of these blocks, with a seal that holds: it proves nothing about who made it. */
export async function pack(path: string, blocks: readonly Buffer[]): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of sealed(iterate([...blocks, TAR_END]))) parts.push(part);
  writeFileSync(path, Buffer.concat(parts));
  return path;
}

export const packEntries = (path: string, entries: ReadonlyMap<string, Buffer>): Promise<string> =>
  pack(
    path,
    [...entries].map(([name, content]) => packed(name, content)),
  );

/** Changes one table or the manifest, and makes everything fit again that a careful forger would. */
export function forged(
  entries: ReadonlyMap<string, Buffer>,
  change: { table?: string; content?: string; manifest?: (manifest: Manifest) => void },
): Map<string, Buffer> {
  const made = new Map(entries);
  const manifest = JSON.parse(String(made.get('manifest.json'))) as Manifest;
  if (change.table !== undefined) {
    const content = Buffer.from(change.content ?? '');
    made.set(`data/${change.table}.ndjson`, content);
    const entry = manifest.tables.find(({ name }) => name === change.table);
    Object.assign(entry ?? {}, { bytes: content.length, sha256: sha256(content), rows: linesOf(content) });
  }
  change.manifest?.(manifest);
  made.set('manifest.json', Buffer.from(JSON.stringify(manifest)));
  made.delete('SHA256SUMS');
  const sums = [...made].map(([name, content]) => sumLine(sha256(content), name)).join('');
  return made.set('SHA256SUMS', Buffer.from(sums));
}

const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');
const linesOf = (content: Buffer): number => content.toString().split('\n').length - 1;

async function* iterate(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}
