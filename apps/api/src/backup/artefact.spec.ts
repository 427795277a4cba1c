import { createFileStorage, type FileStorage } from '@liftdesk/storage';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Artefact, readArtefact, restoreArtefact, storeArtefact } from './artefact';
import { BackupKeyError, DamagedBackupError } from './backup.errors';

const KEY = 'a key of thirty-two characters and more';
/** Random every other megabyte, so that some of it is not to be compressed. */
const PLAIN = Buffer.concat(
  [...Array(5).keys()].map((n) => (n % 2 ? randomBytes(1 << 20) : Buffer.alloc((1 << 20) + 3, 'ab'))),
);

describe('an artefact of a backup', () => {
  let folder: string;
  let place: FileStorage;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'artefact-'));
    place = await createFileStorage({ type: 'local', uploadDir: folder, signingSecret: randomBytes(32) });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const store = (plain: Buffer, encryptionKey?: string, compression: Artefact['compression'] = 'gzip') =>
    storeArtefact(place, 'thing', piecewise(plain), { compression, encryptionKey });
  const read = (artefact: Artefact, key?: string) => buffer(readArtefact(place, artefact, key));

  it.each([
    ['gzip', undefined, 'thing.gz'],
    ['gzip', KEY, 'thing.gz.age'],
    ['none', KEY, 'thing.age'],
    ['none', undefined, 'thing'],
  ] as const)('comes back as it was: %s, key %s', async (compression, key, name) => {
    const artefact = await store(PLAIN, key, compression);
    expect(artefact.key).toBe(name);
    expect(artefact.plain.bytes).toBe(PLAIN.length);
    expect(artefact.bytes).toBe(statSync(join(folder, name)).size);
    expect((await read(artefact, key)).equals(PLAIN)).toBe(true);
  });

  it('is a file that gunzip takes, and an empty one too', async () => {
    await store(PLAIN);
    expect(gunzipSync(readFileSync(join(folder, 'thing.gz'))).equals(PLAIN)).toBe(true);
    expect((await read(await store(Buffer.alloc(0)))).length).toBe(0);
  });

  it('is refused without its key, and with another one', async () => {
    const artefact = await store(PLAIN, KEY);
    await expect(read(artefact)).rejects.toThrow(BackupKeyError);
    await expect(read(artefact, KEY.toUpperCase())).rejects.toThrow(BackupKeyError);
  });

  it.each([undefined, KEY])(
    'is refused where one byte differs, wherever, or the end is cut off (key %s)',
    async (key) => {
      const artefact = await store(PLAIN.subarray(0, (2 << 20) + 50), key);
      const path = join(folder, artefact.key);
      const bytes = readFileSync(path);
      for (let n = 0; n < 50; n += 1) {
        const at = n < 20 ? n : Math.floor((bytes.length * n) / 50);
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] as number) ^ 0x10;
        writeFileSync(path, changed);
        await expect(read(artefact, key)).rejects.toThrow(/damaged|DATABASE_ENCRYPTION_KEY/);
        truncateSync(path, at);
        await expect(read(artefact, key)).rejects.toThrow(/damaged|DATABASE_ENCRYPTION_KEY/);
      }
      writeFileSync(path, Buffer.concat([bytes, Buffer.alloc(1)]));
      await expect(read(artefact, key)).rejects.toThrow(DamagedBackupError);
    },
  );

  it('keeps nothing of a source that fails', async () => {
    const failing = (async function* () {
      yield PLAIN;
      throw new Error('the disk broke');
    })();
    await expect(
      storeArtefact(place, 'thing', failing, { compression: 'gzip', encryptionKey: KEY }),
    ).rejects.toThrow('the disk broke');
    for await (const { key } of place.list('')) throw new Error(`${key} is there`);
  });

  it('is restored into a new file that nobody else reads', async () => {
    const artefact = await store(PLAIN, KEY);
    const path = join(folder, '.restored');
    await restoreArtefact(place, artefact, KEY, path);
    expect(readFileSync(path).equals(PLAIN)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await expect(restoreArtefact(place, artefact, KEY, path)).rejects.toThrow('EEXIST');
  });
});

async function* piecewise(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 100_000) yield bytes.subarray(at, at + 100_000);
}
