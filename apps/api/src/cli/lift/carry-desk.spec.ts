import Database from 'better-sqlite3';
import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DifferenceError } from '../../common/operator-errors';
import { migrate } from '../../database/migrate';
import { openDatabase } from '../../database/open-database';
import { beginMaintenance, readMaintenance } from '../../maintenance-mode/maintenance-switch';
import { describeOnSqlite } from '../../testing/test-database';
import { Output } from '../operator';
import { carryDesk } from './carry-desk';
import { LiftJournal } from './lift-journal';
import { type Side, describeSide, sideOf } from './side';

describeOnSqlite('A desk that is to be carried', () => {
  let folder: string;
  let from: Side;
  let to: Side;
  beforeEach(async () => {
    // What people read of its way is no matter here.
    jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'liftdesk-carry-')));
    [from, to] = [await place('old'), await place('new')];
    const source = await openDatabase(from.config.database);
    await migrate(source);
    await source.query(
      `insert into "user" (id, email, email_norm, name, role, created_at) values ('u', 'a@b.example', 'a@b.example', 'Maja', 'agent', 5)`,
    );
    await source.destroy();
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  async function place(name: string): Promise<Side> {
    mkdirSync(join(folder, name));
    const file = join(folder, name, '.env.test');
    writeFileSync(file, 'JWT_SECRET=a secret of thirty-two characters or more\n');
    return sideOf(file);
  }

  const carry = (output = new Output(true), mask = false) =>
    carryDesk(
      {
        ...{ from, to, reports: join(folder, 'reports'), message: 'The desk is moving', allowMissing: 0 },
        ...{ skip: ['clock'], backup: false, dryRun: false, repair: false, mask, restart: false },
      },
      output,
      new AbortController().signal,
    );

  /** As on a disk that is full. */
  function letNoJournalBeKept(): void {
    const reports = join(folder, 'reports');
    mkdirSync(reports);
    const journey = { from: describeSide(from), to: describeSide(to), mask: false };
    LiftJournal.begin(reports, journey, { since: 0, isOurs: true, hasReached: false }).keep();
    const [journal] = readdirSync(reports);
    rmSync(join(reports, journal ?? ''));
    mkdirSync(join(reports, `${journal}.draft`));
  }

  async function atSource<T>(work: (source: Awaited<ReturnType<typeof openDatabase>>) => Promise<T>) {
    const source = await openDatabase(from.config.database);
    try {
      return await work(source);
    } finally {
      await source.destroy();
    }
  }

  it('takes writes again where its journal cannot be kept, and says so', async () => {
    letNoJournalBeKept();
    await expect(carry()).rejects.toThrow(
      /^Cannot write .*\nNothing has reached the target, and the source takes writes again$/,
    );
    expect(await atSource(readMaintenance)).toBeNull();
  });

  /** Somebody who lets the source take writes as soon as the rows have arrived. */
  class Hasty extends Output {
    override line(text: string): void {
      if (!text.startsWith('database: ')) return;
      const connection = new Database(join(folder, 'old', 'database.sqlite'));
      connection.exec('delete from maintenance');
      connection.close();
    }
  }

  it('is not said to have arrived where somebody has let the source take writes meanwhile', async () => {
    const error: unknown = await carry(new Hasty(true)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DifferenceError);
    expect((error as Error).message).toMatch(
      /^Somebody has let the source take writes.*\nThe source is in that maintenance no more: .* how to begin anew$/,
    );
    await expect(carry()).rejects.toThrow(/since then the source may have taken writes: .* run this again/);
  });

  /** Somebody who, before the rows are brought, ends the maintenance and begins one of their own. */
  class Other extends Output {
    override line(text: string): void {
      if (!text.startsWith('The source is in maintenance')) return;
      const connection = new Database(join(folder, 'old', 'database.sqlite'));
      connection.exec(
        `delete from maintenance; insert into maintenance (id, since, message) values (1, 5, 'The disk')`,
      );
      connection.close();
    }
  }

  it('stays in the maintenance that somebody has begun meanwhile, and its journey ends', async () => {
    await expect(carry(new Other(true))).rejects.toThrow(
      /^Somebody has let the source take writes.*\nNothing has reached the target\. The source is in a maintenance that somebody has begun meanwhile$/,
    );
    expect(await atSource(readMaintenance)).toMatchObject({ since: 5, message: 'The disk' });
    expect(readdirSync(join(folder, 'reports')).filter((name) => name.endsWith('.json'))).toEqual([]);
  });

  it('stays in it after a masked copy too', async () => {
    const { carried } = await carry(new Other(true), true);
    expect(carried?.takesWrites).toBe(false);
    expect((await atSource(readMaintenance))?.message).toBe('The disk');
  });

  it('is, where the copy is masked', async () => {
    const { carried } = await carry(new Hasty(true), true);
    expect(carried?.takesWrites).toBe(true);
  });

  it('stays in a maintenance that is not of the journey', async () => {
    await atSource((source) => beginMaintenance(source, { message: 'Back at noon' }));
    letNoJournalBeKept();
    await expect(carry()).rejects.toThrow(/The source is in maintenance as it was before$/);
    expect((await atSource(readMaintenance))?.message).toBe('Back at noon');
  });
});
