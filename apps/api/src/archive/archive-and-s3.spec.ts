import { createFileStorage, storageConfig } from '@liftdesk/storage';
import { type S3Operation, S3Server, accessDenied, internalError } from '@liftdesk/testing';
import { Places } from './testing/places';
import { untar } from './testing/untar';

/** The SDK finds these by its own chain. */
const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

describe('an archive and files in S3', () => {
  const before = SDK_VARIABLES.map((name) => process.env[name]);
  let s3: S3Server;
  let places: Places;

  beforeEach(async () => {
    s3 = await S3Server.start({ pageSize: 3 });
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name] as string;
    places = new Places();
  });
  afterEach(async () => {
    await places.remove();
    await s3.close();
    SDK_VARIABLES.forEach((name, n) => {
      const value = before[n];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    });
  });

  /** @param deadline seconds in which a deed is tried again; a busy machine needs some for 6 MB */
  const bucket = (deadline = 20) =>
    createFileStorage({
      ...storageConfig.parse({ ...s3.env, S3_DEADLINE: String(deadline) }),
      signingSecret: 'x'.repeat(32),
    });
  const files = [
    Buffer.from('small'),
    Buffer.alloc(0),
    Buffer.alloc(6 << 20, 'x'),
    ...Array.from({ length: 20 }, (_, n) => Buffer.from(`${n}`)),
  ];

  it('goes from a folder into a bucket and out again with the same files', async () => {
    const { path } = await places.export(await places.filled(files));
    const there = await places.empty();
    await places.import(there, path, { storage: await bucket() });
    const again = await places.export(there, { storage: await bucket() });
    const [one, other] = [untar(path), untar(again.path)];
    expect([...other.keys()]).toEqual([...one.keys()]);
    for (const [name, content] of one)
      if (name.startsWith('files/')) expect([name, other.get(name)?.equals(content)]).toEqual([name, true]);
  });

  it.each<[S3Operation, typeof internalError]>([
    ['PutObject', internalError],
    ['PutObject', accessDenied],
  ])(
    'leaves an empty desk and bucket when %s is refused, and is imported once it is not',
    async (operation, fault) => {
      const { path } = await places.export(await places.filled(files.slice(3)));
      const there = await places.empty();
      s3.faults.always(operation, fault);
      await expect(places.import(there, path, { storage: await bucket(1) })).rejects.toThrow();
      s3.faults.clear();
      expect(
        await places.opened(there, (desk) =>
          desk.query('select 1 from "user" union all select 1 from unsettled_object'),
        ),
      ).toEqual([]);
      await places.import(there, path, { storage: await bucket() });
      expect(await places.opened(there, (desk) => desk.query('select 1 as n from attachment'))).toHaveLength(
        20,
      );
    },
  );

  it('is not made while the bucket is away, and no file is called missing then', async () => {
    const { path } = await places.export(await places.filled(files.slice(3)));
    const there = await places.empty();
    await places.import(there, path, { storage: await bucket() });
    s3.faults.always('HeadObject', internalError);
    await expect(places.export(there, { storage: await bucket(1) })).rejects.toMatchObject({
      code: 'storage-unavailable',
    });
    s3.faults.clear();
    s3.faults.always('GetObject', internalError);
    await expect(
      places.export(there, { storage: await bucket(1), allowMissing: true }),
    ).rejects.toMatchObject({
      code: 'storage-unavailable',
    });
  });
});
