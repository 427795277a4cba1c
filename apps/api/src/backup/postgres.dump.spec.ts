import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { StartupError } from '../common/startup-error';
import type { PostgresConfig } from '../config/database.schema';
import { dumpPostgres, restorePostgres } from './postgres.dump';

const SERVER = { host: 'db', port: 5432, user: 'u', password: 'p', database: 'd', tls: false } as const;

describe('a dump', () => {
  let folder: string;
  const unhandled = jest.fn();
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'dump-'));
    process.on('unhandledRejection', unhandled);
  });
  afterEach(() => {
    process.off('unhandledRejection', unhandled);
    rmSync(folder, { recursive: true });
  });

  it('that fails while its last piece is still being stored fails in its turn, and ends nobody', async () => {
    const program = '#!/bin/sh\necho $$\necho "pg_dump: error: the server went away" >&2\nexit 1\n';
    writeFileSync(join(folder, 'pg_dump'), program, { mode: 0o700 });
    const store = async (): Promise<void> => {
      for await (const piece of dumpPostgres({ folder, major: 15 }, SERVER as PostgresConfig, '1'))
        await hasEnded(Number(piece.toString()));
    };
    await expect(store()).rejects.toThrow('pg_dump failed: pg_dump: error: the server went away');
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('whose program cannot be loaded is told with what it lacks', async () => {
    const path = join(folder, 'pg_restore');
    const said = `${path}: error while loading shared libraries: libpq.so.5: cannot open shared object file`;
    writeFileSync(path, `#!/bin/sh\necho "${said}" >&2\nexit 127\n`, { mode: 0o700 });
    await expect(
      restorePostgres({ folder, major: 15 }, SERVER as PostgresConfig, 'a.pgdump'),
    ).rejects.toThrow(new StartupError(`pg_restore failed: ${said}`));
  });

  it('that cannot be restored is told without the row that it stumbled on', async () => {
    const said = [
      'pg_restore: error: COPY failed for table "ticket": ERROR:  invalid byte sequence for encoding "UTF8": 0xff',
      'CONTEXT:  COPY ticket, line 7: "An error in the salary of Ana"',
    ];
    const program = `#!/bin/sh\ncat >&2 <<'END'\n${said.join('\n')}\nEND\nexit 1\n`;
    writeFileSync(join(folder, 'pg_restore'), program, { mode: 0o700 });
    await expect(
      restorePostgres({ folder, major: 15 }, SERVER as PostgresConfig, 'a.pgdump'),
    ).rejects.toThrow(new StartupError(`pg_restore failed: ${said[0]}`));
  });
});

/** And this process has had the time to hear of it. */
async function hasEnded(pid: number): Promise<void> {
  for (let isThere = true; isThere; await turn())
    try {
      process.kill(pid, 0);
    } catch {
      isThere = false;
    }
  for (let turns = 0; turns < 100; turns += 1) await turn();
}
