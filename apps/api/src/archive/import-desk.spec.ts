import { execFileSync } from 'node:child_process';
import { type FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { InstanceLock } from '../database/instance-lock';
import { describeOnPostgres, describeOnSqlite } from '../testing/test-database';
import { type Place, Places, storageOf } from './testing/places';

describe('an import', () => {
  let places: Places;
  let there: Place;
  let from: string;
  beforeEach(async () => {
    places = new Places();
    from = (await places.export(await places.filled([Buffer.from('one'), Buffer.alloc(3 << 20, 'x')]))).path;
    there = await places.empty();
  });
  afterEach(() => places.remove());

  const failureOf = async (work: Promise<unknown>): Promise<Error> =>
    (await work.then(
      () => new Error('It did not fail'),
      (error: unknown) => error,
    )) as Error;
  async function objects(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of (await storageOf(there)).list('')) keys.push(key);
    return keys;
  }
  const rows = (): Promise<unknown[]> =>
    places.opened(there, (desk) =>
      desk.query(
        `select name from "user" union all select name from tag union all select storage_key from unsettled_object`,
      ),
    );

  it('is for an empty desk: where somebody is it is refused', async () => {
    await places.opened(there, (desk) => desk.query(`insert into tag (name) values ('mine')`));
    const failure = await failureOf(places.import(there, from));
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure.message).toContain('table tag has rows');
    expect(await objects()).toEqual([]);
  });

  it('that is only tried writes nothing, and tells what is in the archive', async () => {
    expect(await places.import(there, from, { dryRun: true })).toMatchObject({
      appVersion: '1.2.3',
      files: { count: 2 },
    });
    expect([await rows(), await objects()]).toEqual([[], []]);
  });

  it('puts each file under a new key, which nobody can know', async () => {
    await places.import(there, from);
    const other = await places.empty();
    await places.import({ ...other, uploads: there.uploads }, from);
    const keys = await objects();
    expect(keys).toHaveLength(4);
    expect(keys.every((key) => /^attachments\/[0-9a-f]{32}\.txt$/.test(key))).toBe(true);
  });

  it('that is interrupted leaves the desk empty, and can be run again', async () => {
    for (const phase of [
      'Proving the archive',
      'Bringing',
      'Writing the rows',
      'Proving the rows',
      'Writing the search',
    ]) {
      const interrupt = new AbortController();
      const onProgress = (progress: { phase: string }): void => {
        if (progress.phase.startsWith(phase)) interrupt.abort();
      };
      const failure = await failureOf(places.import(there, from, { onProgress, signal: interrupt.signal }));
      // Between the word and the end of the phase there must be something left to do.
      if (failure.message === 'It did not fail') throw new Error(`Nothing came after ${phase}`);
      expect([phase, failure.constructor]).toEqual([phase, InterruptedError]);
      expect([await rows(), await objects()]).toEqual([[], []]);
    }
    await places.import(there, from);
    expect(await objects()).toHaveLength(2);
  });

  it('finds and removes what one that was killed had stored', async () => {
    const storage = await storageOf(there);
    const killed = Object.assign(Object.create(storage) as FileStorage, {
      put: async (...given: Parameters<FileStorage['put']>) => {
        await storage.put(...given);
        throw new StorageUnavailableError();
      },
      delete: async () => {
        throw new StorageUnavailableError();
      },
    });
    const failure = await failureOf(places.import(there, from, { storage: killed }));
    expect(failure.message).toMatch(/^The import failed: .* run again$/);
    expect((await objects()).length).toBeGreaterThan(0);
    expect((await rows()).length).toBeGreaterThan(0);
    await places.import(there, from);
    expect(await objects()).toHaveLength(2);
  });

  it('into a database without tables says what to do first', async () => {
    const bare = { ...there, database: { type: 'sqlite' as const, path: places.path('bare.sqlite') } };
    expect((await failureOf(places.import(bare, from))).message).toContain('npm run migration:run');
  });

  describeOnSqlite('of a file', () => {
    it('is refused while a server uses it', async () => {
      const lock = InstanceLock.acquire((there.database as { path: string }).path);
      try {
        expect((await failureOf(places.import(there, from))).message).toContain('Another Liftdesk process');
      } finally {
        lock.release();
      }
      expect(await rows()).toEqual([]);
    });
  });

  describeOnPostgres('of a server’s database', () => {
    it('is refused while a server is connected', async () => {
      const failure = await places.opened(there, () => failureOf(places.import(there, from)));
      expect(failure).toBeInstanceOf(RefusedError);
      expect(failure.message).toContain('A Liftdesk server is connected');
      expect(await rows()).toEqual([]);
    });

    it.each(['Writing the rows', 'Proving the rows', 'Writing the search index'])(
      'ends with a line where the connection is lost while %s, and can be run again',
      async (phase) => {
        let isCut = false;
        const onProgress = (progress: { phase: string }): void => {
          if (progress.phase !== phase || isCut) return;
          isCut = true;
          cutConnections();
        };
        const failure = await failureOf(places.import(there, from, { onProgress }));
        expect(failure.message).toMatch(
          /^The import failed: the database cannot be reached any more .* The desk is as empty/,
        );
        expect(failure).toBeInstanceOf(StartupError);
        expect([await rows(), await objects()]).toEqual([[], []]);
        await places.import(there, from);
        expect(await objects()).toHaveLength(2);
      },
    );

    /** By a process of its own that is waited for: this one does not get on meanwhile. */
    function cutConnections(): void {
      const { host, port, user, password, database } = there.database as PostgresConfig;
      const script = `
        const client = new (require('pg').Client)(${JSON.stringify({ host, port, user, password, database })});
        client.connect()
          .then(() => client.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()'))
          .then(() => client.end());`;
      execFileSync(process.execPath, ['-e', script], { cwd: __dirname });
    }
  });
});
