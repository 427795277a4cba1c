import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '../database/migrate';
import { openSqlite } from '../database/sqlite';
import { fillDesk } from '../testing/filled-desk';
import { describeOnSqlite } from '../testing/test-database';
import { SqliteRowSource } from '../transfer/sqlite.row-source';
import { ChangedRowSource } from './changed-row-source';
import { Meter } from './meter';
import { movedTables } from './move-desk';
import { prove } from './proof';
import { SqliteMoveTarget } from './sqlite.move-target';

class Watched extends ChangedRowSource {
  isClosed = false;

  override async close(): Promise<void> {
    await super.close();
    this.isClosed = true;
  }
}

describeOnSqlite('a proof', () => {
  it('of which one side breaks ends with its words, and the other side is read no further', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-proof-'));
    const path = join(folder, 'desk.sqlite');
    const desk = await openSqlite(path);
    await migrate(desk);
    await fillDesk(desk);
    await desk.destroy();
    const source = new Watched(SqliteRowSource.open(path));
    const target = SqliteMoveTarget.open(join(folder, 'target.sqlite'));
    target.readBack = () => Promise.reject(new Error('gone'));
    const course = { meter: new Meter(() => undefined), goOn: () => undefined };
    await expect(prove(await movedTables(), async () => source, target, 1, course)).rejects.toThrow('gone');
    expect(source.isClosed).toBe(true);
    await target.close();
    rmSync(folder, { recursive: true });
  });
});
