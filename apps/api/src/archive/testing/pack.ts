import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { sumLine } from '../entries';
import type { Manifest } from '../manifest';
import { sealed } from '../seal';
import { TAR_END, tarHeader, tarPadding } from '../tar';

/** One entry, as bytes of a tar. */
export const packed = (name: string, content: Buffer): Buffer =>
  Buffer.concat([
    tarHeader({ name, size: content.length }, 1_795_305_600),
    content,
    tarPadding(content.length),
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
