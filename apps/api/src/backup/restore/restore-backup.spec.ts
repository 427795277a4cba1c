import { createFileStorage } from '@liftdesk/storage';
import { S3Server } from '@liftdesk/testing';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DifferenceError, InterruptedError, RefusedError } from '../../common/operator-errors';
import { revertLast } from '../../database/migrate';
import { assertMigrated } from '../../database/migration-state';
import { openDatabase } from '../../database/open-database';
import { describeOnSqlite, onPostgres } from '../../testing/test-database';
import { BackupKeyError } from '../backup.errors';
import { writeManifest } from '../manifest';
import { DeskWithBackups } from '../testing/a-desk-with-backups';

/** The SDK finds these by its own chain. */
const SDK_VARIABLES = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
const KEY = 'a key of thirty-two characters and more';

/** As uploads are that wait for their message. */
const stage = (desk: DeskWithBackups, where = '') =>
  desk.query<object>(`update attachment set ticket_rid = null, message_rid = null ${where} returning rid`);

describe('a restore', () => {
  let desk: DeskWithBackups;
  beforeEach(async () => {
    desk = await DeskWithBackups.make();
  });
  afterEach(() => desk.remove());

  const rename = (to: string) => desk.query(`update ticket set subject = '${to}' returning rid`);
  const uploads = (): string[] =>
    readdirSync(desk.path('uploads'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith('.'))
      .map((entry) => join(entry.parentPath, entry.name));

  it('brings back every row as it was, and keeps what was there aside', async () => {
    const { manifest } = await desk.backUp();
    await rename('Wombat');
    const report = await desk.restore();
    expect(await desk.subjects()).toEqual(['Quokka']);
    expect(report.backup).toBe(manifest.name);
    expect(report.tables['ticket']).toEqual({
      rows: 1,
      sha256: manifest.tables['ticket']?.sha256,
    });
    expect(report.migrated).toEqual([]);
    expect(report.aside).toMatch(/pre.restore/);
  });

  it('ends every session and link of then, and sends no mail of then', async () => {
    await desk.query(
      `insert into password_reset (hash, user_rid, expires_at) select 'h', min(rid), 9000000000000 from "user"`,
    );
    const waiting = await desk.query<object>(`select rid from outbox_mail where status = 'queued'`);
    expect(waiting.length).toBeGreaterThan(0);
    await desk.backUp();
    const { settled } = await desk.restore();
    expect(settled).toEqual({ sessions: 1, mails: waiting.length, searchRebuilt: false });
    expect(await desk.query('select 1 from session where ended_at is null')).toEqual([]);
    expect(await desk.query('select 1 from password_reset where used_at is null')).toEqual([]);
    expect(await desk.query(`select 1 from outbox_mail where status = 'queued'`)).toEqual([]);
    const [mail] = await desk.query<{ reason: string }>('select reason from outbox_mail limit 1');
    expect(mail?.reason).toContain('restored');
  });

  it('sends the mail of then where somebody says so', async () => {
    const waiting = await desk.query<object>(`select rid from outbox_mail where status = 'queued'`);
    await desk.backUp();
    expect((await desk.restore({ sendQueuedMail: true })).settled.mails).toBe(0);
    expect(await desk.query(`select rid from outbox_mail where status = 'queued'`)).toEqual(waiting);
  });

  it('writes the search index anew where it does not fit the tickets', async () => {
    await desk.query(
      onPostgres ? 'delete from ticket_search returning rid' : `delete from ticket_fts where rowid = 1`,
    );
    await desk.backUp();
    expect((await desk.restore()).settled.searchRebuilt).toBe(true);
  });

  it('leaves a desk that is not in maintenance', async () => {
    await desk.query('insert into maintenance (id, since) values (1, 5) returning id');
    await desk.backUp();
    await desk.restore();
    expect(await desk.query('select id from maintenance')).toEqual([]);
  });

  it('takes no file for left behind that the database which is kept may have', async () => {
    await desk.query(
      `insert into unsettled_object (storage_key, created_at) values ('attachments/under-way', 5) returning storage_key`,
    );
    expect(await stage(desk)).toHaveLength(2);
    await desk.backUp();
    await desk.restore();
    expect(await desk.query('select storage_key from unsettled_object')).toEqual([]);
    expect(await desk.query('select rid from attachment')).toEqual([]);
    expect(uploads()).toHaveLength(2);
  });

  it('does not put back what waited for its message', async () => {
    expect(await stage(desk, 'where rid = 1')).toHaveLength(1);
    await desk.backUp();
    rmSync(desk.path('uploads'), { recursive: true });
    expect((await desk.restore()).files).toMatchObject({
      there: { files: 0 },
      putBack: { files: 1 },
      lost: [],
    });
    expect(uploads()).toHaveLength(1);
  });

  it('of an older version is brought to this one', async () => {
    const dataSource = await openDatabase(desk.config.database);
    const newest = await revertLast(dataSource);
    await dataSource.destroy();
    const { manifest } = await desk.backUp();
    expect(manifest.migrations).not.toContain(newest);
    const report = await desk.restore();
    expect(report.migrated).toEqual([newest]);
    const restored = await openDatabase(desk.config.database);
    expect(await assertMigrated(restored)).toEqual([]);
    await restored.destroy();
  });

  it('of a newer version is refused, which is named', async () => {
    const { manifest } = await desk.backUp();
    const place = await desk.place();
    await writeManifest(place, {
      ...manifest,
      ...{ appVersion: '99.1.0', migrations: [...manifest.migrations, 'Future9990000000000'] },
    });
    await expect(desk.restore()).rejects.toThrow(
      /Liftdesk 99\.1\.0.*Future9990000000000.*Nothing was written/,
    );
  });

  it('puts back the files that are missing or changed, and takes none away', async () => {
    await desk.backUp();
    const [one, other] = uploads() as [string, string];
    const before = [one, other].map((path) => readFileSync(path, 'utf8'));
    rmSync(one);
    writeFileSync(other, 'rotten');
    writeFileSync(desk.path('uploads', 'newer'), 'newer');
    const { files } = await desk.restore();
    expect(files).toMatchObject({ there: { files: 0 }, putBack: { files: 2 }, lostBefore: 0, lost: [] });
    expect([one, other].map((path) => readFileSync(path, 'utf8'))).toEqual(before);
    expect(readFileSync(desk.path('uploads', 'newer'), 'utf8')).toBe('newer');
  });

  it('to a machine that has nothing makes all of it', async () => {
    await desk.backUp();
    rmSync(desk.path('uploads'), { recursive: true });
    expect((await desk.restore()).files?.putBack.files).toBe(2);
    expect(uploads()).toHaveLength(2);
  });

  it('is refused while an attachment can be had from nowhere, and done without files where told', async () => {
    await desk.backUp();
    await rename('Wombat');
    for (const path of uploads()) rmSync(path);
    const pool = readdirSync(desk.path('backups', 'files'), { recursive: true, withFileTypes: true });
    const [kept] = pool.filter((entry) => entry.isFile());
    rmSync(join(kept?.parentPath ?? '', kept?.name ?? ''));
    await expect(desk.restore()).rejects.toThrow(DifferenceError);
    expect(await desk.subjects()).toEqual(['Wombat']);
    expect(uploads()).toHaveLength(1);
    expect((await desk.restore({ filesInto: null })).files).toBeNull();
    expect(await desk.subjects()).toEqual(['Quokka']);
  });

  it('counts files that were lost when the backup was made, and does not mind them', async () => {
    rmSync(uploads()[0] as string);
    await desk.backUp();
    expect((await desk.restore()).files).toMatchObject({ there: { files: 1 }, lostBefore: 1 });
  });

  it('of an encrypted backup needs its key', async () => {
    await desk.backUp({ encryptionKey: KEY });
    await expect(desk.restore()).rejects.toThrow(BackupKeyError);
    await expect(desk.restore({}, { encryptionKey: 'x'.repeat(40) })).rejects.toThrow(
      /not the key it was encrypted with.*The desk is as it was/,
    );
    for (const path of uploads()) rmSync(path);
    await desk.restore({}, { encryptionKey: KEY });
    expect(uploads()).toHaveLength(2);
  });

  it('that is only tried changes nothing, and finds what would stop it', async () => {
    await desk.backUp();
    await rename('Wombat');
    rmSync(uploads()[0] as string);
    const report = await desk.restore({ dryRun: true });
    expect(report.files).toMatchObject({ there: { files: 1 }, putBack: { files: 1 } });
    expect(report.aside).toBeNull();
    expect(await desk.subjects()).toEqual(['Wombat']);
    expect(uploads()).toHaveLength(1);
    expect(existsSync(desk.path('reports'))).toBe(false);
    expect(readdirSync(desk.path('backups')).filter((name) => name.startsWith('.work'))).toEqual([]);
  });

  it('that is interrupted changes nothing', async () => {
    await desk.backUp();
    await rename('Wombat');
    const interrupt = new AbortController();
    const say = (line: string): void => void (line.startsWith('Looked at every row') && interrupt.abort());
    await expect(desk.restore({ say, signal: interrupt.signal })).rejects.toThrow(InterruptedError);
    expect(await desk.subjects()).toEqual(['Wombat']);
  });

  it('keeps a report for nobody else', async () => {
    await desk.backUp();
    const { file } = await desk.restore();
    expect(statSync(file ?? '').mode & 0o777).toBe(0o600);
    expect(readFileSync(file ?? '', 'utf8')).toMatch(/Restored database_backup_.*\n.*\n.*pre.restore/);
  });

  it('restores what was restored, and what had been kept aside meanwhile stays', async () => {
    await desk.backUp();
    await rename('Wombat');
    const one = await desk.restore();
    await desk.backUp();
    await rename('Numbat');
    const other = await desk.restore();
    expect(await desk.subjects()).toEqual(['Quokka']);
    expect(other.aside).not.toBe(one.aside);
  });

  describeOnSqlite('of a file of SQLite', () => {
    const live = (): string => desk.path('desk.sqlite');
    const names = (): string[] => readdirSync(desk.folder).filter((name) => name.startsWith('desk.sqlite'));

    it('leaves two files, the desk and what was there, and nothing beside them', async () => {
      await desk.backUp();
      await rename('Wombat');
      chmodSync(live(), 0o640);
      const { aside } = await desk.restore();
      expect(names().filter((name) => !name.endsWith('.lock'))).toHaveLength(2);
      expect(await desk.subjects({ type: 'sqlite', path: aside ?? '' })).toEqual(['Wombat']);
      expect(statSync(live()).mode & 0o777).toBe(0o640);
    });

    it('goes over one that is ruined, and to where there is none', async () => {
      await desk.backUp();
      writeFileSync(live(), 'no database, but a letter '.repeat(1_000));
      const { aside, notes } = await desk.restore();
      expect(notes).toEqual([expect.stringContaining('could not be opened')]);
      expect(readFileSync(aside ?? '', 'utf8')).toContain('a letter');
      rmSync(live());
      expect((await desk.restore()).aside).toBeNull();
      expect(await desk.subjects()).toEqual(['Quokka']);
    });

    it('into another place leaves the desk alone', async () => {
      await desk.backUp();
      await rename('Wombat');
      const path = desk.path('elsewhere', 'rehearsal.sqlite');
      const { aside } = await desk.restore({ into: { type: 'sqlite', path }, filesInto: null });
      expect(aside).toBeNull();
      expect(await desk.subjects({ type: 'sqlite', path })).toEqual(['Quokka']);
      expect(await desk.subjects()).toEqual(['Wombat']);
    });

    it('is refused where the place is of another engine, and says the way', async () => {
      await desk.backUp();
      const into = { type: 'postgres', host: 'h', port: 1, user: 'u', database: 'd' } as never;
      await expect(desk.restore({ into })).rejects.toThrow(
        /--into sqlite:<file>.*db:move.*Nothing was written/,
      );
    });

    it('is refused while a desk is half moved there', async () => {
      await desk.backUp();
      writeFileSync(`${live()}.moving`, '');
      await expect(desk.restore()).rejects.toThrow(RefusedError);
    });

    it('leaves a folder of reports that was there with the rights that it has', async () => {
      await desk.backUp();
      rmSync(desk.path('reports'), { recursive: true, force: true });
      mkdirSync(desk.path('reports'));
      chmodSync(desk.path('reports'), 0o755);
      await desk.restore();
      expect(statSync(desk.path('reports')).mode & 0o777).toBe(0o755);
    });

    it('is refused where its report could not be kept', async () => {
      await desk.backUp();
      writeFileSync(desk.path('reports'), '');
      await expect(desk.restore()).rejects.toThrow(/--reports/);
      rmSync(desk.path('reports'));
      mkdirSync(desk.path('reports'));
    });
  });
});

describe('a restore of a desk whose attachments are in a bucket', () => {
  const before = SDK_VARIABLES.map((name) => process.env[name]);
  let s3: S3Server;
  let desk: DeskWithBackups;
  beforeEach(async () => {
    s3 = await S3Server.start({ bucket: 'desk-files' });
    for (const name of SDK_VARIABLES) process.env[name] = s3.env[name];
    desk = await DeskWithBackups.make({ ...s3.env, STORAGE_TYPE: 's3' });
    await desk.backUp();
    await desk.query(`update ticket set subject = 'Wombat' returning rid`);
  });
  afterEach(async () => {
    await desk.remove();
    await s3.close();
    SDK_VARIABLES.forEach((name, n) => {
      if (before[n] === undefined) delete process.env[name];
      else process.env[name] = before[n];
    });
  });

  it('sees that each of them is there, and leaves them alone', async () => {
    expect((await desk.restore()).files).toMatchObject({ there: { files: 2 }, putBack: { files: 0 } });
    expect(await desk.subjects()).toEqual(['Quokka']);
  });

  async function deleteFirst(): Promise<string> {
    const [{ key }] = (await desk.query('select storage_key as "key" from attachment order by rid')) as [
      { key: string },
    ];
    const storage = await createFileStorage({ ...desk.config.storage, signingSecret: randomBytes(32) });
    await storage.delete(key);
    return key;
  }

  it('does not miss what waited for its message then, and was swept since', async () => {
    await stage(desk, 'where rid = 1');
    await desk.backUp();
    await deleteFirst();
    expect((await desk.restore()).files).toMatchObject({ there: { files: 1 }, lost: [] });
  });

  it('is refused while one is missing, which is named, unless files are left out', async () => {
    const key = await deleteFirst();
    const refusal = desk.restore();
    await expect(refusal).rejects.toThrow(DifferenceError);
    await expect(refusal).rejects.toThrow(
      new RegExp(`1 of 2 attachments.*\n  ${key}: missing\n.*--without-files`),
    );
    expect(await desk.subjects()).toEqual(['Wombat']);
    await desk.restore({ filesInto: null });
    expect(await desk.subjects()).toEqual(['Quokka']);
  });
});
