import type { FileStorage } from '@liftdesk/storage';
import { S3Server } from '@liftdesk/testing';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { exitCodeOf } from '../cli/operator';
import type { Config } from '../config/config';
import { databaseSchema } from '../config/database.schema';
import { openRowSource } from '../transfer/open-row-source';
import { tablesOf } from '../transfer/tables';
import { bareTestDatabase, describeOnPostgres, describeOnSqlite } from '../testing/test-database';
import { TestDesk } from '../testing/test-desk';
import { openBackupPlace, listBackups } from './backup-place';
import { BackupKeyError } from './backup.errors';
import { readFileList } from './file-list';
import { manifestKey, writeManifest } from './manifest';
import { makeBackup } from './make-backup';
import { oneAtATime } from './one-at-a-time';
import { readPoolFile } from './pool';
import { restoreToScratch } from './scratch';

const KEY = 'a key of thirty-two characters and more';

describe('a backup', () => {
  let folder: string;
  let desk: TestDesk;
  let place: FileStorage;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'backup-'));
    desk = await TestDesk.start({
      env: { DATABASE_PATH: join(folder, 'desk.sqlite'), BACKUP_DIR: join(folder, 'backups') },
    });
    place = await openBackupPlace(desk.config.backup);
  });
  afterEach(async () => {
    await desk.close();
    rmSync(folder, { recursive: true });
  });

  const backUp = (changes: Partial<Config['backup']> = {}, signal = new AbortController().signal) =>
    makeBackup(configOf(changes), { version: 'test', say: () => undefined, signal });
  const configOf = (changes: Partial<Config['backup']>): Config => ({
    ...desk.config,
    backup: { ...desk.config.backup, ...changes },
  });
  const here = (): string[] =>
    readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('database_'));

  /** A ticket with two files, of which one is there twice. */
  async function aTicket(): Promise<void> {
    const ana = await desk.signIn('customer');
    for (const content of ['first file', 'second file', 'first file'])
      await desk
        .as(ana)
        .post('/attachments')
        .attach('attachments', Buffer.from(content), 'a.txt')
        .expect(201);
    await desk.as(ana).post('/tickets', { subject: 'Quokka', body: 'A printer burns' }).expect(201);
  }

  it('holds every row and every file, proven by what it was restored to', async () => {
    await aTicket();
    const { manifest, added, problems } = await backUp();
    expect(added).toBe(2);
    expect(problems).toEqual([]);
    expect(manifest.tables['ticket']?.rows).toBe(1);
    expect(manifest.tables['attachment']?.rows).toBe(3);
    expect(manifest.files).toMatchObject({ where: 'pool', count: 3, missing: 0 });
    expect(manifest.files.sample).toHaveLength(3);
    const { config } = desk;
    const scratch = await restoreToScratch({
      ...{ place, artefact: manifest.database, config: config.backup, database: config.database, folder },
    });
    const source = await openRowSource(scratch.database);
    expect(await source.migrations()).toEqual(manifest.migrations);
    // Numbering goes on: a number that was given once is not given again.
    const live = await openRowSource(config.database);
    for (const table of tablesOf(desk.database).filter(({ hasGeneratedKey }) => hasGeneratedKey))
      expect([table.name, await source.lastKeyGiven(table)]).toEqual([
        table.name,
        await live.lastKeyGiven(table),
      ]);
    await live.close();
    await source.close();
    await scratch.drop();
    const contents: string[] = [];
    for await (const file of readFileList(place, manifest))
      contents.push((await buffer(readPoolFile(place, manifest, file, undefined))).toString());
    expect(contents).toEqual(['first file', 'second file', 'first file']);
  });

  it('copies only the files that came since the last one, and is for nobody else to read', async () => {
    await aTicket();
    await backUp();
    const { manifest, added } = await backUp();
    expect(added).toBe(0);
    expect((await listBackups(place)).manifests).toHaveLength(2);
    expect(statSync(join(folder, 'backups', manifest.database.key)).mode & 0o077).toBe(0);
    expect(readdirSync(join(folder, 'backups')).filter((name) => name.startsWith('.work'))).toEqual([]);
  });

  it('that is encrypted shows nothing, and opens with its key alone', async () => {
    await aTicket();
    const { manifest } = await backUp({ encryptionKey: KEY });
    expect(manifest.database.key).toMatch(/\.age$/);
    const all = readdirSync(join(folder, 'backups'), { recursive: true, withFileTypes: true });
    for (const entry of all.filter((one) => one.isFile())) {
      const content = readFileSync(join(entry.parentPath, entry.name)).toString('latin1');
      expect(content).not.toMatch(/Quokka|printer|first file/);
    }
    const [file] = await first(readFileList(place, manifest));
    await expect(buffer(readPoolFile(place, manifest, file, 'x'.repeat(40)))).rejects.toThrow(BackupKeyError);
    expect((await buffer(readPoolFile(place, manifest, file, KEY))).toString()).toBe('first file');
    // With a new key everything is encrypted anew, and older backups keep theirs.
    expect((await backUp({ encryptionKey: KEY.toUpperCase() })).added).toBe(2);
    expect((await buffer(readPoolFile(place, manifest, file, KEY))).toString()).toBe('first file');
  });

  it('counts though files are missing or changed in the store, and names them', async () => {
    await aTicket();
    const rows = await desk.rows<{ key: string }>('select storage_key as "key" from attachment order by rid');
    const [missing, changed] = rows.map(({ key }) => key) as [string, string];
    unlinkSync(join(desk.uploadDir, missing));
    writeFileSync(join(desk.uploadDir, changed), 'other bytes');
    const { problems, manifest } = await backUp();
    expect(problems.map(({ storageKey, problem }) => [storageKey, problem])).toEqual([
      [missing, 'missing'],
      [changed, 'different'],
    ]);
    expect(manifest.files.missing).toBe(2);
    expect((await listBackups(place)).manifests).toHaveLength(1);
  });

  it('is refused where the folder of uploads is gone: its disk may not be mounted', async () => {
    await aTicket();
    rmSync(desk.uploadDir, { recursive: true });
    mkdirSync(desk.uploadDir);
    await expect(backUp()).rejects.toThrow('does not count');
    expect(here()).toEqual([]);
  });

  it('removes outdated ones, unless it is told not to', async () => {
    const { manifest } = await backUp();
    const old = 'database_backup_20200101_040000';
    await writeManifest(place, { ...manifest, name: old, createdAt: '2020-01-01T04:00:00.000Z' });
    const signal = new AbortController().signal;
    const settings = configOf({ keepAtLeast: 1 });
    const options = { version: 'test', say: () => undefined, signal };
    expect((await makeBackup(settings, { ...options, prune: false })).removal.backups).toEqual([]);
    expect(here()).toContain(manifestKey(old));
    expect((await makeBackup(settings, options)).removal.backups).toEqual([old]);
  });

  it('is made by one at a time', async () => {
    let leave = (): void => undefined;
    const held = new Promise<void>((resolve) => (leave = resolve));
    let entered = (): void => undefined;
    const inside = new Promise<void>((resolve) => (entered = resolve));
    const other = oneAtATime(desk.config.database, () => (entered(), held));
    await inside;
    await expect(backUp()).rejects.toThrow(RefusedError);
    leave();
    await other;
    await backUp();
  });

  it('that is interrupted leaves nothing', async () => {
    const interrupt = new AbortController();
    const say = (line: string): void => void (line.startsWith('Stored') && interrupt.abort());
    const options = { version: 'test', say, signal: interrupt.signal };
    await expect(makeBackup(desk.config, options)).rejects.toThrow(InterruptedError);
    expect(here()).toEqual([]);
  });

  describe('of a newer version’s desk, as after a way back', () => {
    const had = (name: string): Promise<unknown> =>
      desk.rows(`insert into migrations (id, timestamp, name) values (999, 9999999999999, '${name}')`);
    // On PostgreSQL this database is used again.
    afterEach(async () => {
      await desk.rows('delete from migrations where id = 999');
      await desk.rows('drop table if exists a_newer_table');
    });

    it('counts, with what this version does not know in it', async () => {
      await had('FarAway');
      await desk.rows('create table a_newer_table (id integer primary key)');
      const { manifest } = await backUp();
      expect(manifest.migrations).toContain('FarAway');
      expect(here()).toContain(manifestKey(manifest.name));
    });

    it('is refused where something was taken away', async () => {
      await had('ContractFarAway');
      await expect(backUp()).rejects.toThrow('newer version of Liftdesk');
      expect(here()).toEqual([]);
    });
  });

  it('leaves attachments that are in a bucket there, and fetches a sample from it', async () => {
    const s3 = await S3Server.start();
    // The SDK finds its credentials by itself.
    const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY } = s3.env;
    Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY });
    const bucket = await TestDesk.start({
      env: {
        ...s3.env,
        DATABASE_PATH: join(folder, 'other.sqlite'),
        BACKUP_DIR: join(folder, 'backups'),
      },
    });
    try {
      const ana = await bucket.signIn('customer');
      for (const content of ['one', 'two'])
        await bucket
          .as(ana)
          .post('/attachments')
          .attach('attachments', Buffer.from(content), 'a.txt')
          .expect(201);
      const options = { version: 'test', say: () => undefined, signal: new AbortController().signal };
      const { manifest, problems } = await makeBackup(bucket.config, options);
      expect(manifest.files).toMatchObject({ where: 'store', count: 2, missing: 0 });
      expect(manifest.files.sample).toHaveLength(2);
      expect(problems).toEqual([]);
      for await (const { key } of place.list('files/')) throw new Error(`${key} was copied`);
    } finally {
      await bucket.close();
      await s3.close();
      delete process.env['AWS_ACCESS_KEY_ID'];
      delete process.env['AWS_SECRET_ACCESS_KEY'];
    }
  });

  it('does not keep that the desk was in maintenance', async () => {
    await desk.rows('insert into maintenance (id, since) values (1, 5)');
    const { manifest } = await backUp();
    expect(manifest.tables).not.toHaveProperty('maintenance');
    const { config } = desk;
    const scratch = await restoreToScratch({
      ...{ place, artefact: manifest.database, config: config.backup, database: config.database, folder },
    });
    const source = await openRowSource(scratch.database);
    const table = { ...TABLE, name: 'maintenance' };
    expect(await source.count(table)).toBe(0);
    await source.close();
    await scratch.drop();
  });

  describeOnSqlite('of a desk that is not there', () => {
    it('fails: what is refused passes, for whoever runs it by a timer, for one that another process makes', async () => {
      const config = configOf({});
      const database = { type: 'sqlite', path: join(folder, 'nowhere.sqlite') } as const;
      const { signal } = new AbortController();
      const options = { version: 'test', say: () => undefined, signal };
      const error: unknown = await makeBackup({ ...config, database }, options).catch(
        (thrown: unknown) => thrown,
      );
      expect(error).toMatchObject({ message: expect.stringContaining('There is no database') as string });
      expect(exitCodeOf(error)).toBe(1);
    });
  });

  describeOnPostgres('of a database without a desk', () => {
    it('fails as one of a desk that is not there does', async () => {
      const { env, drop } = await bareTestDatabase();
      const database = databaseSchema.parse(env);
      const options = { version: 'test', say: () => undefined, signal: new AbortController().signal };
      const error: unknown = await makeBackup({ ...configOf({}), database }, options).catch(
        (thrown: unknown) => thrown,
      );
      await drop();
      expect(error).toMatchObject({
        message: expect.stringContaining('There is no desk in this database') as string,
      });
      expect(exitCodeOf(error)).toBe(1);
      expect(here()).toEqual([]);
    });
  });

  // The databases of tests on PostgreSQL are used again: a fault test does the same there.
  describeOnSqlite('before a migration', () => {
    it('it may be made, and is proven to take it', async () => {
      await aTicket();
      await desk.rows(`delete from migrations where name like 'Maintenance%'`);
      await desk.rows('drop table maintenance');
      const { manifest } = await backUp();
      expect(manifest.migrations.some((name) => name.startsWith('Maintenance'))).toBe(false);
      expect(manifest.tables['ticket']?.rows).toBe(1);
    });
  });
});

const TABLE = { columns: [], key: [], hasGeneratedKey: false, foreignKeys: [], uniques: [], checks: [] };

async function first<T>(items: AsyncIterable<T>): Promise<[T]> {
  for await (const item of items) return [item];
  throw new Error('There is none');
}
