import {
  mkdir,
  mkdtemp,
  open,
  readdir,
  rename,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type ArgumentsHost, Catch, type DynamicModule, type ExceptionFilter } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Response as ExpressResponse } from 'express';
import { describeFileStorage, type StorageUnderTest } from './file-storage.contract';
import {
  createFileStorage,
  FileStorage,
  type SignedUrlOptions,
  StorageKeyError,
  storageConfig,
  StorageModule,
  StorageUnavailableError,
} from './index';
import { LinkSigner } from './link-signer';
import { LocalFilesController } from './local-files.controller';
import { toStorageError } from './local.errors';
import { MemoryFileStorage } from './memory.file-storage';

const SECRET = 'a secret of more than thirty-two bytes, for tests';
const PDF: SignedUrlOptions = {
  filename: 'a.pdf',
  contentType: 'application/pdf',
  disposition: 'inline',
  expiresInSeconds: 600,
};

/** What the API's problem filter does with errors that carry a code and a status. */
@Catch()
class CodeAndStatusFilter implements ExceptionFilter {
  catch(error: { code: string; status: number }, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<ExpressResponse>()
      .status(error.status ?? 500)
      .json({ code: error.code });
  }
}

class TestClock {
  private ahead = 0;
  readonly now = () => Date.now() + this.ahead;
  pass(seconds: number): void {
    this.ahead += seconds * 1000;
  }
}

async function serve(module: DynamicModule, clock: TestClock) {
  const testing = await Test.createTestingModule({ imports: [module] }).compile();
  const app = testing.createNestApplication({ logger: false });
  app.setGlobalPrefix('api');
  app.useGlobalFilters(new CodeAndStatusFilter());
  await app.listen(0, '127.0.0.1');
  const origin = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return {
    origin,
    storage: app.get(FileStorage),
    follow: (url: string, init?: RequestInit) => fetch(origin + url, init),
    passSeconds: (seconds: number) => clock.pass(seconds),
    close: () => app.close(),
  };
}

async function local(): Promise<StorageUnderTest & { folder: string; origin: string }> {
  const clock = new TestClock();
  const parent = await mkdtemp(join(tmpdir(), 'storage-'));
  const folder = join(parent, 'uploads');
  const served = await serve(
    StorageModule.register({ type: 'local', uploadDir: folder, signingSecret: SECRET, now: clock.now }),
    clock,
  );
  return {
    ...served,
    folder,
    async breakDown() {
      await rename(folder, `${folder}-away`);
      return async () => {
        await rm(folder, { recursive: true, force: true });
        await rename(`${folder}-away`, folder);
      };
    },
    async close() {
      await served.close();
      await rm(parent, { recursive: true });
    },
  };
}

async function memory(): Promise<StorageUnderTest> {
  const clock = new TestClock();
  const signer = new LinkSigner(SECRET, undefined, clock.now);
  const storage = new MemoryFileStorage(signer);
  class MemoryModule {}
  const served = await serve(
    {
      module: MemoryModule,
      controllers: [LocalFilesController],
      providers: [
        { provide: FileStorage, useValue: storage },
        { provide: LinkSigner, useValue: signer },
      ],
    },
    clock,
  );
  return {
    ...served,
    async breakDown() {
      storage.down = true;
      return async () => {
        storage.down = false;
      };
    },
  };
}

describeFileStorage('a folder', local);
describeFileStorage('memory', memory);

describe('the folder', () => {
  let under: Awaited<ReturnType<typeof local>>;
  beforeAll(async () => {
    under = await local();
  });
  afterAll(() => under.close());
  afterEach(() => jest.restoreAllMocks());

  const everything = async () =>
    (await readdir(under.folder, { recursive: true })).filter((name) => !name.startsWith('.lift'));

  async function failing(method: 'write' | 'sync', code: string): Promise<void> {
    const handle = await open(__filename);
    const prototype = Object.getPrototypeOf(handle) as Record<typeof method, () => Promise<unknown>>;
    await handle.close();
    jest.spyOn(prototype, method).mockRejectedValue(Object.assign(new Error(code), { code }));
  }

  it.each([
    ['write', 'ENOSPC'],
    ['write', 'EIO'],
    ['sync', 'EDQUOT'],
    ['sync', 'EACCES'],
  ] as const)('is "unavailable" when %s says %s, and keeps no half file', async (method, code) => {
    await failing(method, code);
    const source = Readable.from([Buffer.alloc(10)]);
    const putting = under.storage.put(`full/${code}`, source);
    await expect(putting).rejects.toMatchObject({
      code: 'storage-unavailable',
      status: 503,
      cause: { code },
    });
    jest.restoreAllMocks();
    expect((await everything()).filter((name) => name.includes('.'))).toEqual([]);
    expect(source.destroyed).toBe(true);
  });

  it.each([
    ['EACCES', StorageUnavailableError],
    ['EROFS', StorageUnavailableError],
    ['EMFILE', StorageUnavailableError],
    ['EISDIR', StorageKeyError],
    ['ENAMETOOLONG', StorageKeyError],
  ])('makes of %s the error that callers know, with its cause', (code, kind) => {
    const cause = Object.assign(new Error(code), { code });
    const error = toStorageError(cause);
    expect(error).toBeInstanceOf(kind);
    expect(error.cause).toBe(cause);
  });

  it('refuses a key that is the folder of another one, either way round', async () => {
    await under.storage.put('both/a', Readable.from(['x']));
    await expect(under.storage.put('both', Readable.from(['x']))).rejects.toBeInstanceOf(StorageKeyError);
    await expect(under.storage.put('both/a/b', Readable.from(['x']))).rejects.toBeInstanceOf(StorageKeyError);
    expect((await everything()).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('sweeps what a killed put left, if old enough, and nothing else', async () => {
    await mkdir(join(under.folder, 'sweep'));
    const name = (digit: string) =>
      join(under.folder, 'sweep', `.${digit.repeat(8)}-0000-4000-8000-000000000000.part`);
    await Promise.all(
      [name('1'), name('2'), join(under.folder, 'sweep', 'real')].map((path) => writeFile(path, 'x')),
    );
    const old = new Date('2026-01-01');
    await Promise.all([name('1'), join(under.folder, 'sweep', 'real')].map((path) => utimes(path, old, old)));
    await expect(under.storage.sweepInterrupted(new Date('2026-02-01'))).resolves.toBe(1);
    expect((await readdir(join(under.folder, 'sweep'))).sort()).toEqual([
      name('2').split('/').at(-1),
      'real',
    ]);
  });

  it('does not take an empty place, such as a disk not mounted, for an empty store', async () => {
    const repair = await under.breakDown();
    await mkdir(under.folder);
    await expect(under.storage.stat('both/a')).rejects.toBeInstanceOf(StorageUnavailableError);
    await expect(under.storage.put('new', Readable.from(['x']))).rejects.toBeInstanceOf(
      StorageUnavailableError,
    );
    await repair();
  });

  it('is opened without a write where it must be one already, and refused where it is none', async () => {
    const options = { type: 'local', uploadDir: under.folder, signingSecret: SECRET } as const;
    const before = (await stat(join(under.folder, '.liftdesk-storage'))).mtimeMs;
    await createFileStorage(options, { existing: true });
    expect((await stat(join(under.folder, '.liftdesk-storage'))).mtimeMs).toBe(before);
    const none = join(under.folder, '..', 'none');
    const opening = createFileStorage({ ...options, uploadDir: none }, { existing: true });
    await expect(opening).rejects.toBeInstanceOf(StorageUnavailableError);
    await expect(stat(none)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says at the start that it cannot be written', async () => {
    const inTheWay = join(under.folder, 'file');
    await writeFile(inTheWay, '');
    const module = StorageModule.register({
      type: 'local',
      uploadDir: join(inTheWay, 'uploads'),
      signingSecret: SECRET,
    });
    await expect(serve(module, new TestClock())).rejects.toThrow(/Cannot write to the folder for uploads/);
  });

  describe('serving', () => {
    const link = async (over: Partial<SignedUrlOptions> = {}) => {
      await under.storage.put('served/file', Readable.from([Buffer.alloc(300_000, 'a')]));
      return (await under.storage.signedUrl('served/file', { ...PDF, ...over })).url;
    };

    it('makes links relative to the origin, under /api/files', async () => {
      expect(await link()).toMatch(
        /^\/api\/files\/served\/file\?name=a\.pdf&type=application%2Fpdf&disposition=inline&expires=\d+&signature=[\w-]{43}$/,
      );
    });

    it.each([{ contentType: 'image/png' }, { disposition: 'attachment' }, {}] as const)(
      'sends %j with headers that leave it no power',
      async (over) => {
        const { headers } = await under.follow(await link(over));
        expect(headers.get('content-security-policy')).toMatch(/^sandbox; default-src 'none';/);
        expect(headers.get('x-content-type-options')).toBe('nosniff');
        expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
        expect(headers.get('cache-control')).toMatch(/^private, max-age=(600|59\d)$/);
        expect(headers.get('content-length')).toBe('300000');
      },
    );

    it('answers HEAD as GET without the bytes', async () => {
      const answer = await under.follow(await link(), { method: 'HEAD' });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-length')).toBe('300000');
      expect(await answer.text()).toBe('');
    });

    it('answers 304 for the version that the client has', async () => {
      const url = await link();
      const etag = (await under.follow(url)).headers.get('etag') ?? '';
      expect((await under.follow(url, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    });

    it.each([
      ['bytes=-5', 206, 'bytes 299995-299999/300000'],
      ['bytes=0-', 206, 'bytes 0-299999/300000'],
      ['bytes=-999999', 206, 'bytes 0-299999/300000'],
      ['bytes=300000-', 416, 'bytes */300000'],
      ['bytes=-0', 416, 'bytes */300000'],
      ['bytes=0-1,5-6', 200, null],
      ['bytes=5-4', 200, null],
      ['lines=0-1', 200, null],
      ['bytes=-', 200, null],
    ])('answers Range: %s with %d', async (range, status, contentRange) => {
      const answer = await under.follow(await link(), { headers: { Range: range } });
      expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange]);
      await answer.arrayBuffer();
    });

    it('sends all of a version that the client does not have', async () => {
      const answer = await under.follow(await link(), {
        headers: { Range: 'bytes=0-1', 'If-Range': '"other"' },
      });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    });

    it('refuses a link with a parameter twice or one too many', async () => {
      const url = await link();
      expect((await under.follow(`${url}&name=b.exe`)).status).toBe(403);
      expect((await under.follow(`${url}&x=1`)).status).toBe(403);
      expect((await under.follow('/api/files/served/file')).status).toBe(403);
    });

    it.each([0, 100_000])(
      'never looks complete when the file is cut off at %d bytes meanwhile',
      async (size) => {
        const url = await link();
        const get = under.storage.get.bind(under.storage);
        jest.spyOn(under.storage, 'get').mockImplementationOnce(async (...given) => {
          const found = await get(...given);
          await truncate(join(under.folder, 'served/file'), size);
          return found;
        });
        await expect(under.follow(url).then((answer) => answer.arrayBuffer())).rejects.toThrow();
      },
    );

    it('closes the file when the client leaves in the middle', async () => {
      await under.storage.put(
        'served/large',
        Readable.from(Array.from({ length: 20 }, () => Buffer.alloc(1_000_000))),
      );
      const { url } = await under.storage.signedUrl('served/large', PDF);
      const got = jest.spyOn(under.storage, 'get');
      await new Promise<void>((done) => {
        const asking = request(under.origin + url, (answer) => answer.once('data', () => asking.destroy()));
        asking
          .on('error', () => undefined)
          .on('close', done)
          .end();
      });
      const { stream } = await (got.mock.results[0]?.value as ReturnType<FileStorage['get']>);
      if (!stream.closed) await new Promise((closed) => stream.once('close', closed));
      expect(stream.destroyed).toBe(true);
    });
  });
});

describe('storageConfig', () => {
  it('is a local folder when nothing is said', () => {
    expect(storageConfig.parse({ PATH: '/bin' })).toEqual({
      type: 'local',
      uploadDir: './uploads',
      signedUrlTtlSeconds: 3600,
    });
  });

  it('reads what is said', () => {
    expect(storageConfig.parse({ STORAGE_TYPE: 'local', UPLOAD_DIR: '/data', SIGNED_URL_TTL: '60' })).toEqual(
      {
        type: 'local',
        uploadDir: '/data',
        signedUrlTtlSeconds: 60,
      },
    );
  });

  const S3 = { STORAGE_TYPE: 's3', S3_ATTACHMENTS_BUCKET: 'our-files', AWS_REGION: 'eu-central-1' };

  it('is a bucket of AWS, encrypted, with a name and a region', () => {
    expect(storageConfig.parse(S3)).toEqual({
      type: 's3',
      uploadDir: './uploads',
      signedUrlTtlSeconds: 3600,
      bucket: 'our-files',
      keyPrefix: '',
      region: 'eu-central-1',
      endpoint: undefined,
      forcePathStyle: false,
      checksums: 'default',
      sse: 'AES256',
      sseKmsKeyId: undefined,
      deadlineMs: 6000,
    });
  });

  it('is a bucket of another store by its address and what it does not know', () => {
    const other = {
      AWS_ENDPOINT_URL_S3: 'https://minio.example:9000',
      S3_FORCE_PATH_STYLE: 'true',
      S3_CHECKSUMS: 'when-required',
      S3_SSE: 'off',
      S3_KEY_PREFIX: 'support/desk/',
      S3_DEADLINE: '8.5',
    };
    expect(storageConfig.parse({ ...S3, ...other })).toMatchObject({
      endpoint: 'https://minio.example:9000',
      forcePathStyle: true,
      checksums: 'when-required',
      sse: 'off',
      keyPrefix: 'support/desk/',
      deadlineMs: 8500,
    });
  });

  it.each([
    [{ S3_ATTACHMENTS_BUCKET: undefined }, 'S3_ATTACHMENTS_BUCKET'],
    [{ S3_ATTACHMENTS_BUCKET: 'Our Files' }, 'S3_ATTACHMENTS_BUCKET'],
    [{ AWS_REGION: undefined }, 'AWS_REGION'],
    [{ AWS_ENDPOINT_URL_S3: 'minio.example' }, 'AWS_ENDPOINT_URL_S3'],
    [{ S3_FORCE_PATH_STYLE: 'yes' }, 'S3_FORCE_PATH_STYLE'],
    [{ S3_SSE: 'AES128' }, 'S3_SSE'],
    [{ S3_SSE_KMS_KEY_ID: 'key' }, 'S3_SSE_KMS_KEY_ID'],
    [{ S3_KEY_PREFIX: '/support' }, 'S3_KEY_PREFIX'],
    [{ S3_DEADLINE: '0' }, 'S3_DEADLINE'],
  ])('refuses %j and says which variable it is', (env, name) => {
    const { error } = storageConfig.safeParse({ ...S3, ...env });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([name]);
  });

  it.each([{ STORAGE_TYPE: 'ftp' }, { SIGNED_URL_TTL: '0' }, { SIGNED_URL_TTL: 'soon' }, { UPLOAD_DIR: '' }])(
    'refuses %j',
    (env) => expect(storageConfig.safeParse(env).success).toBe(false),
  );
});

it('a signing secret has at least 32 bytes', () => {
  expect(() => new LinkSigner('short')).toThrow();
});
