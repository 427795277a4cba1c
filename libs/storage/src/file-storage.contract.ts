import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import contentDisposition from 'content-disposition';
import {
  type FileStorage,
  type ListedObject,
  type SignedUrlOptions,
  StorageKeyError,
  StorageNotFoundError,
  StorageRangeError,
  StorageUnavailableError,
} from './index';

export { MemoryFileStorage } from './memory.file-storage';
export { LinkSigner } from './link-signer';

export interface StorageUnderTest {
  storage: FileStorage;
  /** Follows a signed URL with no credential. */
  follow(url: string, init?: RequestInit): Promise<Response>;
  /** Moves the clock by which links expire, or waits. */
  passSeconds(seconds: number): void | Promise<void>;
  /** Seconds that a link lives which a test sees die; 60 unless given. */
  shortLife?: number;
  /** Makes the store unreachable until the answer is called. */
  breakDown(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const MIB = 1024 * 1024;

/** The behaviour that every FileStorage has, whatever is behind it. */
export function describeFileStorage(name: string, create: () => Promise<StorageUnderTest>): void {
  describe(`FileStorage: ${name}`, () => {
    let under: StorageUnderTest;
    let storage: FileStorage;

    beforeAll(async () => {
      under = await create();
      storage = under.storage;
    });
    afterAll(() => under.close());

    const aKey = () => `contract/${randomUUID()}`;
    const put = (key: string, bytes: string | Buffer) =>
      storage.put(key, Readable.from([Buffer.from(bytes)]));
    const read = async (key: string) => buffer((await storage.get(key)).stream);
    const keysOf = async (prefix: string) =>
      (await toArray(storage.list(prefix))).map(({ key }) => key).sort();

    describe('put and get', () => {
      it('gives back the bytes, their size and their SHA-256', async () => {
        const key = aKey();
        const bytes = randomBytes(70_000);
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        await expect(put(key, bytes)).resolves.toEqual({ size: 70_000, sha256 });
        const object = await storage.get(key);
        expect(object.size).toBe(70_000);
        expect(object.range).toBeUndefined();
        expect((await buffer(object.stream)).equals(bytes)).toBe(true);
      });

      it('keeps an empty file', async () => {
        const key = aKey();
        const result = await storage.put(key, Readable.from([]));
        expect(result).toEqual({ size: 0, sha256: createHash('sha256').digest('hex') });
        expect((await read(key)).length).toBe(0);
      });

      it('keeps 10 MB that come in a stream', async () => {
        const key = aKey();
        const piece = randomBytes(MIB);
        const hash = createHash('sha256');
        for (let i = 0; i < 10; i++) hash.update(piece);
        const result = await storage.put(key, Readable.from(Array.from({ length: 10 }, () => piece)));
        expect(result).toEqual({ size: 10 * MIB, sha256: hash.digest('hex') });
        const back = createHash('sha256').update(await read(key));
        expect(back.digest('hex')).toBe(result.sha256);
      });

      it('replaces what the key had, shorter or longer', async () => {
        const key = aKey();
        await put(key, 'the first and longer text');
        await put(key, 'second');
        expect((await read(key)).toString()).toBe('second');
      });

      it('lets a reader finish the old bytes while they are replaced', async () => {
        const key = aKey();
        const old = randomBytes(MIB);
        await put(key, old);
        const { stream } = await storage.get(key);
        await put(key, 'new');
        expect((await buffer(stream)).equals(old)).toBe(true);
      });

      it('gives the content type back if it keeps one at all', async () => {
        const key = aKey();
        await storage.put(key, Readable.from([Buffer.from('x')]), {
          contentType: 'image/png',
          metadata: { by: 'test' },
        });
        expect([undefined, 'image/png']).toContain((await storage.stat(key)).contentType);
      });

      it('answers a get and a stat of a missing key with "not found"', async () => {
        await expect(storage.get(aKey())).rejects.toBeInstanceOf(StorageNotFoundError);
        await expect(storage.stat(aKey())).rejects.toBeInstanceOf(StorageNotFoundError);
        await expect(storage.get('contract')).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it('knows size and time of an object without reading it', async () => {
        const key = aKey();
        await put(key, 'twelve bytes');
        const { size, lastModified } = await storage.stat(key);
        expect(size).toBe(12);
        expect(Math.abs(Date.now() - lastModified.getTime())).toBeLessThan(3_600_000);
      });
    });

    describe('a source that fails', () => {
      it('leaves nothing, and its own error comes through', async () => {
        const folder = `contract/${randomUUID()}`;
        const lost = new Error('the sender went away');
        const source = Readable.from(failingAfter(3, lost));
        await expect(storage.put(`${folder}/file`, source)).rejects.toBe(lost);
        expect(await keysOf(folder)).toEqual([]);
        await expect(storage.stat(`${folder}/file`)).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it('may fail before anybody reads it', async () => {
        const key = aKey();
        const putting = storage.put(key, createReadStream('/no/such/file'));
        await expect(putting).rejects.toMatchObject({ code: 'ENOENT', path: '/no/such/file' });
        await expect(storage.stat(key)).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it('leaves nothing when it is destroyed without an error', async () => {
        const key = aKey();
        const source = new Readable({ read: () => undefined });
        source.push('half of it');
        const putting = storage.put(key, source);
        setImmediate(() => source.destroy());
        await expect(putting).rejects.toThrow();
        await expect(storage.stat(key)).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it('leaves the old bytes under the key', async () => {
        const key = aKey();
        await put(key, 'old');
        await expect(storage.put(key, Readable.from(failingAfter(1, new Error('gone'))))).rejects.toThrow(
          'gone',
        );
        expect((await read(key)).toString()).toBe('old');
      });
    });

    describe('keys', () => {
      it.each([
        ['spaces and quotes', `a b "c" 'd' & e+f %20 #?.txt`],
        ['Japanese', '見積書/二〇二六年.pdf'],
        ['Arabic and emoji', 'تقرير/😀.png'],
        ['dots inside', 'a..b/c.d./e...'],
        ['a long segment', 'x'.repeat(200)],
        ['many segments', Array.from({ length: 20 }, () => 'd').join('/')],
      ])('takes %s', async (_what, tail) => {
        const key = `contract/${randomUUID()}/${tail}`;
        await put(key, tail);
        expect((await read(key)).toString()).toBe(tail);
        expect(await keysOf(key)).toEqual([key]);
        await storage.delete(key);
        await expect(storage.stat(key)).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it.each([
        ['an empty one', ''],
        ['..', '..'],
        ['a way up', '../escape'],
        ['a way up inside', 'a/../../escape'],
        ['a dot', './a'],
        ['a hidden name', '.hidden'],
        ['a leading slash', '/etc/passwd'],
        ['a trailing slash', 'a/'],
        ['a double slash', 'a//b'],
        ['a backslash', 'a\\..\\b'],
        ['NUL', 'a\0b'],
        ['a line break', 'a\nb'],
        ['half a character', 'a\ud800b'],
        ['a segment too long', 'x'.repeat(201)],
        ['a segment too long in bytes', '見'.repeat(67)],
        ['a key too long', Array.from({ length: 6 }, () => 'x'.repeat(199)).join('/')],
      ])('refuses %s in every method', async (_what, key) => {
        const source = Readable.from(['x']);
        await expect(storage.put(key, source)).rejects.toBeInstanceOf(StorageKeyError);
        expect(source.destroyed).toBe(true);
        await expect(storage.get(key)).rejects.toBeInstanceOf(StorageKeyError);
        await expect(storage.stat(key)).rejects.toBeInstanceOf(StorageKeyError);
        await expect(storage.delete(key)).rejects.toBeInstanceOf(StorageKeyError);
        await expect(storage.signedUrl(key, aLink())).rejects.toBeInstanceOf(StorageKeyError);
      });
    });

    describe('delete', () => {
      it('removes the object, and is no error the second time', async () => {
        const key = aKey();
        await put(key, 'x');
        await storage.delete(key);
        await storage.delete(key);
        await expect(storage.get(key)).rejects.toBeInstanceOf(StorageNotFoundError);
      });

      it('is no error for what never was, nor for the folder of objects, which stay', async () => {
        const folder = `contract/${randomUUID()}`;
        await put(`${folder}/a`, 'x');
        await storage.delete(folder);
        await storage.delete(`${folder}/b/c`);
        expect(await keysOf(folder)).toEqual([`${folder}/a`]);
      });
    });

    describe('list', () => {
      it('gives keys with size and time, by a prefix that need not be a folder', async () => {
        const folder = `contract/${randomUUID()}`;
        await Promise.all(['a', 'b/ab', 'b/ac', 'c/d/e'].map((key) => put(`${folder}/${key}`, key)));
        expect(await keysOf(`${folder}/`)).toEqual(
          ['a', 'b/ab', 'b/ac', 'c/d/e'].map((key) => `${folder}/${key}`),
        );
        expect(await keysOf(`${folder}/b/a`)).toEqual([`${folder}/b/ab`, `${folder}/b/ac`]);
        expect(await keysOf(`${folder}/z`)).toEqual([]);
        const [first] = await toArray(storage.list(`${folder}/c`));
        expect(first).toEqual({ key: `${folder}/c/d/e`, size: 5, lastModified: first?.lastModified });
        expect(first?.lastModified.getTime()).toBeGreaterThan(0);
      });

      it('gives everything for an empty prefix', async () => {
        const key = aKey();
        await put(key, 'x');
        expect(await keysOf('')).toContain(key);
      });
    });

    describe('ranges', () => {
      const key = `contract/${randomUUID()}`;
      const empty = `${key}-empty`;
      beforeAll(async () => {
        await put(key, '0123456789');
        await put(empty, '');
      });

      it.each([
        [{ start: 0, end: 0 }, '0', { start: 0, end: 0 }],
        [{ start: 2, end: 4 }, '234', { start: 2, end: 4 }],
        [{ start: 7 }, '789', { start: 7, end: 9 }],
        [{ start: 8, end: 4000 }, '89', { start: 8, end: 9 }],
      ])('gives %j as %s, and says the whole size', async (range, text, given) => {
        const object = await storage.get(key, { range });
        expect(object.range).toEqual(given);
        expect(object.size).toBe(10);
        expect((await buffer(object.stream)).toString()).toBe(text);
      });

      it.each([
        [key, { start: 10 }],
        [key, { start: 5, end: 4 }],
        [empty, { start: 0 }],
      ])('refuses what holds no byte', async (where, range) => {
        await expect(storage.get(where, { range })).rejects.toBeInstanceOf(StorageRangeError);
      });
    });

    describe('signed links', () => {
      it('work without a credential and give bytes, type and name', async () => {
        const key = aKey();
        await put(key, 'hello');
        const answer = await under.follow((await storage.signedUrl(key, aLink())).url);
        expect(answer.status).toBe(200);
        expect(answer.headers.get('content-type')).toBe('application/pdf');
        expect(await answer.text()).toBe('hello');
      });

      it.each([
        ['plain', 'report.pdf'],
        ['Japanese', '見積書 二〇二六年.pdf'],
        ['quotes', `he said "hello" & 'bye'; 100%41.pdf`],
        ['a zero-width space', 'a\u200bb.pdf'],
        ['emoji', '😀.pdf'],
        ['255 characters', '漢'.repeat(251) + '.pdf'],
      ])('keep a name with %s', async (_what, filename) => {
        const key = aKey();
        await put(key, 'x');
        const answer = await under.follow((await storage.signedUrl(key, aLink({ filename }))).url);
        const said = contentDisposition.parse(answer.headers.get('content-disposition') ?? '');
        expect(said).toMatchObject({ type: 'attachment', parameters: { filename } });
      });

      it('spell a name with an umlaut in ASCII, because browsers read Latin-1 as broken UTF-8', async () => {
        const key = aKey();
        await put(key, 'x');
        const link = await storage.signedUrl(key, aLink({ filename: 'Rücksendung "neu".pdf' }));
        const said = (await under.follow(link.url)).headers.get('content-disposition') ?? '';
        expect(said).toMatch(/^[\x20-\x7e]+$/);
        expect(said).toContain("filename*=UTF-8''R%C3%BCcksendung%20%22neu%22.pdf");
      });

      it('show images and PDF inline if asked, and never anything else', async () => {
        const key = aKey();
        await put(key, '<script>alert(1)</script>');
        const said = async (contentType: string) => {
          const { url } = await storage.signedUrl(key, aLink({ contentType, disposition: 'inline' }));
          const { headers } = await under.follow(url);
          return contentDisposition.parse(headers.get('content-disposition') ?? '').type;
        };
        expect(await said('image/png')).toBe('inline');
        expect(await said('application/pdf')).toBe('inline');
        expect(await said('text/html')).toBe('attachment');
        expect(await said('image/svg+xml')).toBe('attachment');
        expect(await said('text/plain')).toBe('attachment');
      });

      it('are bound to one object, name, type, disposition and time', async () => {
        const [key, other] = [aKey(), aKey()];
        await Promise.all([put(key, 'mine'), put(other, 'theirs')]);
        const { url } = await storage.signedUrl(key, aLink());
        expect((await under.follow(url)).status).toBe(200);
        const tampered = [url.replace(key, other), ...queriesChanged(url)];
        for (const bad of tampered) {
          const answer = await under.follow(bad);
          // S3 calls what is no signed link at all a bad request.
          expect([403, 400].map((status) => [bad, status])).toContainEqual([bad, answer.status]);
          expect(await answer.text()).not.toContain('theirs');
        }
      });

      it('die when their time is over', async () => {
        const key = aKey();
        await put(key, 'x');
        const life = under.shortLife ?? 60;
        const { url, expiresAt } = await storage.signedUrl(key, aLink({ expiresInSeconds: life }));
        expect(expiresAt).toBeInstanceOf(Date);
        expect((await under.follow(url)).status).toBe(200);
        await under.passSeconds(life + 1);
        expect((await under.follow(url)).status).toBe(403);
      });

      it('serve one range', async () => {
        const key = aKey();
        await put(key, '0123456789');
        const { url } = await storage.signedUrl(key, aLink());
        const answer = await under.follow(url, { headers: { Range: 'bytes=2-4' } });
        expect(answer.status).toBe(206);
        expect(answer.headers.get('content-range')).toBe('bytes 2-4/10');
        expect(await answer.text()).toBe('234');
        expect((await under.follow(url, { headers: { Range: 'bytes=10-' } })).status).toBe(416);
      });

      it('answer 404 when the object is not there', async () => {
        const { url } = await storage.signedUrl(aKey(), aLink());
        expect((await under.follow(url)).status).toBe(404);
      });

      it.each([0, -1, 1.5, 604_801, Number.NaN])(
        'have a life of 1 s to 7 days, not %d',
        async (expiresInSeconds) => {
          await expect(storage.signedUrl(aKey(), aLink({ expiresInSeconds }))).rejects.toBeInstanceOf(
            RangeError,
          );
        },
      );
    });

    describe('a store that is down', () => {
      it('is "unavailable" in every method, never "not found", and comes back with its objects', async () => {
        const key = aKey();
        await put(key, 'still there');
        await expect(storage.check()).resolves.toBeUndefined();
        const { url } = await storage.signedUrl(key, aLink());
        const repair = await under.breakDown();
        const attempts: (() => Promise<unknown>)[] = [
          () => put(aKey(), 'x'),
          () => storage.get(key),
          () => storage.stat(key),
          () => storage.delete(key),
          () => toArray(storage.list('')),
          () => storage.sweepInterrupted(new Date()),
          () => storage.check(),
        ];
        for (const attempt of attempts)
          await expect(attempt()).rejects.toBeInstanceOf(StorageUnavailableError);
        expect((await under.follow(url)).status).toBe(503);
        await repair();
        await expect(storage.check()).resolves.toBeUndefined();
        expect((await read(key)).toString()).toBe('still there');
      });
    });

    it('puts, reads and deletes 20 objects of one folder at once', async () => {
      const folder = `contract/${randomUUID()}`;
      const keys = Array.from({ length: 20 }, (_, i) => `${folder}/${i}`);
      await Promise.all(keys.map((key) => put(key, key)));
      expect((await Promise.all(keys.map(read))).map(String)).toEqual(keys);
      await Promise.all(keys.flatMap((key) => [storage.delete(key), storage.delete(key)]));
      expect(await keysOf(folder)).toEqual([]);
    });
  });
}

function aLink(over: Partial<SignedUrlOptions> = {}): SignedUrlOptions {
  return {
    filename: 'report.pdf',
    contentType: 'application/pdf',
    disposition: 'attachment',
    expiresInSeconds: 600,
    ...over,
  };
}

/** The URL with each parameter of its query altered, and with each taken away. */
function queriesChanged(url: string): string[] {
  const [path, query] = url.split('?');
  return [...new URLSearchParams(query).keys()].flatMap((name) => {
    const altered = new URLSearchParams(query);
    altered.set(name, alter(name, altered.get(name) ?? ''));
    const missing = new URLSearchParams(query);
    missing.delete(name);
    return [`${path}?${altered}`, `${path}?${missing}`];
  });
}

function alter(name: string, value: string): string {
  if (/expires/i.test(name)) return String(Number(value) + 3600);
  if (name === 'disposition') return 'inline';
  return (value.startsWith('A') ? 'B' : 'A') + value.slice(1);
}

async function toArray(listed: AsyncIterable<ListedObject>): Promise<ListedObject[]> {
  const all: ListedObject[] = [];
  for await (const one of listed) all.push(one);
  return all;
}

async function* failingAfter(pieces: number, error: Error): AsyncGenerator<Buffer> {
  for (let i = 0; i < pieces; i++) yield randomBytes(1000);
  throw error;
}
