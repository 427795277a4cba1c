import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

  const carry = () =>
    carryDesk(
      {
        ...{ from, to, reports: join(folder, 'reports'), message: 'The desk is moving', allowMissing: 0 },
        ...{ skip: ['clock'], backup: false, dryRun: false, repair: false, mask: false, restart: false },
      },
      new Output(true),
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

  it('stays in a maintenance that is not of the journey', async () => {
    await atSource((source) => beginMaintenance(source, { message: 'Back at noon' }));
    letNoJournalBeKept();
    await expect(carry()).rejects.toThrow(/The source is in maintenance as it was before$/);
    expect((await atSource(readMaintenance))?.message).toBe('Back at noon');
  });
});
