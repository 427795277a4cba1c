import { type FileStorage, StorageUnavailableError } from '@liftdesk/storage';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DifferenceError, InterruptedError, RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { describeOnSqlite } from '../testing/test-database';
import { ArchiveReader } from './archive-reader';
import { recordOf, withExportSource } from './export-source';
import { tablesOf } from '../transfer/tables';
import { type Place, Places, storageOf } from './testing/places';
import { untar } from './testing/untar';

describe('an export', () => {
  let places: Places;
  let place: Place;
  beforeEach(async () => {
    places = new Places();
    place = await places.filled();
  });
  afterEach(() => places.remove());

  const keys = (): Promise<{ id: string; key: string }[]> =>
    places.opened(place, (desk) =>
      desk.query('select id, storage_key as "key" from attachment order by rid'),
    );
  const archives = (): string[] => readdirSync(places.folder).filter((name) => name.includes('.tar.gz'));
  const failureOf = async (work: Promise<unknown>): Promise<Error> =>
    (await work.then(
      () => new Error('It did not fail'),
      (error: unknown) => error,
    )) as Error;

  it('is checked by sha256sum and read by jq’s kin alone', async () => {
    const { path } = await places.export(place);
    const folder = mkdtempSync(join(tmpdir(), 'liftdesk-read-'));
    try {
      execFileSync('tar', ['-xzmf', path, '-C', folder]);
      const checked = execFileSync('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' });
      expect(checked.trim().split('\n')).toHaveLength(untar(path).size - 1);
    } finally {
      rmSync(folder, { recursive: true });
    }
    const [ticket] = String(untar(path).get('data/ticket.ndjson')).split('\n');
    expect(JSON.parse(ticket as string)).toMatchObject({
      rid: 1,
      created_at: '2026-11-22T00:00:00.001Z',
      due_at: '9999-12-31T23:59:59.999Z',
      assignee_rid: 2,
      closed_at: null,
    });
  });

  it('explains itself from within', async () => {
    const readme = String(untar((await places.export(place)).path).get('README.txt'));
    expect(readme).toContain('data/ticket.ndjson\n  What customers ask for.');
    expect(readme).toContain('  due_at (instant) When it is due;');
    expect(readme).not.toContain('password_hash');
  });

  it('replaces nothing', async () => {
    const to = places.path('there.tar.gz');
    writeFileSync(to, 'mine');
    expect(await failureOf(places.export(place, { to }))).toBeInstanceOf(RefusedError);
    expect(String(readFileSync(to))).toBe('mine');
  });

  it('ends with a line where the storage is away, and leaves nothing', async () => {
    const away = Object.assign(Object.create(await storageOf(place)) as FileStorage, {
      get: () => Promise.reject(new StorageUnavailableError()),
    });
    const to = places.path('desk.tar.gz');
    const tables = await places.opened(place, async (desk) => tablesOf(desk));
    const options = { tables, repair: false, to, signal: new AbortController().signal };
    const failure = await failureOf(
      withExportSource(place.database, options, (source) =>
        places.export(place, { source, to, storage: away }),
      ),
    );
    expect(failure).toBeInstanceOf(StartupError);
    expect(failure.message).toMatch(/^The export failed: .*\. Nothing is left of it, and .* run again$/);
    expect(archives()).toEqual([]);
  });

  it('of a file that is gone names it and makes no archive, unless it may be left out', async () => {
    const [gone] = await keys();
    await (await storageOf(place)).delete(gone?.key as string);
    const failure = await failureOf(places.export(place));
    expect(failure).toBeInstanceOf(DifferenceError);
    expect(failure.message).toContain(`attachment ${gone?.id}: missing`);
    expect(archives()).toEqual([]);
    const { manifest, path } = await places.export(place, { allowMissing: true });
    expect(manifest.files).toEqual({ count: 1, bytes: 0, missing: [{ id: gone?.id, problem: 'missing' }] });
    const there = await places.empty();
    await places.import(there, path);
    expect(await places.opened(there, (desk) => desk.query('select id from attachment'))).toHaveLength(2);
  });

  it.each([
    ['of other content', 'A SMALL FILE'],
    ['of another size', 'a'],
  ])('of a file that is %s does the same', async (problem, content) => {
    const [wrong] = await keys();
    writeFileSync(join(place.uploads, wrong?.key as string), content);
    const failure = await failureOf(places.export(place));
    expect(failure).toBeInstanceOf(DifferenceError);
    expect(failure.message).toContain(`attachment ${wrong?.id}: ${problem}`);
    expect(archives()).toEqual([]);
    const { manifest, path } = await places.export(place, { allowMissing: true });
    expect(manifest.files.missing).toEqual([{ id: wrong?.id, problem }]);
    expect(untar(path).has(`files/${wrong?.id}.txt`)).toBe(false);
  });

  it('that is interrupted leaves nothing', async () => {
    for (const phase of ['Reading', 'Looking', 'Writing the tables', 'Writing the files', 'Proving']) {
      const interrupt = new AbortController();
      const onProgress = (progress: { phase: string }): void => {
        if (progress.phase.startsWith(phase)) interrupt.abort();
      };
      const failure = await failureOf(places.export(place, { onProgress, signal: interrupt.signal }));
      expect([phase, failure.constructor]).toEqual([phase, InterruptedError]);
      expect(archives()).toEqual([]);
    }
  });

  it('takes the place of what a killed one left', async () => {
    const to = places.path('desk.tar.gz');
    writeFileSync(`${to}.part`, 'half');
    const { path } = await places.export(place, { to });
    expect(readdirSync(dirname(path)).filter((name) => name.endsWith('.part'))).toEqual([]);
    const reader = await ArchiveReader.open(path);
    expect((await reader.manifest()).appVersion).toBe('1.2.3');
    await reader.close();
  });

  it('never gives its name to what another one writes in the same place', async () => {
    const to = places.path('desk.tar.gz');
    const onProgress = ({ phase }: { phase: string }): void => {
      if (phase !== 'Proving the archive') return;
      rmSync(`${to}.part`, { force: true });
      writeFileSync(`${to}.part`, 'half');
    };
    const failure = await failureOf(places.export(place, { to, onProgress }));
    expect(failure).toBeInstanceOf(RefusedError);
    expect(failure.message).toContain('Another export');
    expect(archives()).toEqual([]);
  });

  describeOnSqlite('what SQLite lets in', () => {
    const odd = async (): Promise<void> =>
      places.opened(place, async (desk) => {
        await desk.query(`update tag set ticket_count = 2.5`);
        await desk.query(`update message set body = 'a' || char(0) || 'b' where rid = 2`);
        await desk.query(`update ticket set subject = cast(x'61ff' as text) where rid = 7`);
      });
    const to = (): string => join(places.folder, 'out', 'desk.tar.gz');
    const record = (): string => recordOf(to());
    const exported = async (repair: boolean, signal = new AbortController().signal) => {
      const tables = await places.opened(place, async (desk) => tablesOf(desk));
      return withExportSource(place.database, { tables, repair, to: to(), signal }, (source) =>
        places.export(place, { source, to: to(), signal }),
      );
    };

    it('and no archive takes is named by its key, and nothing is written', async () => {
      await odd();
      const failure = await failureOf(exported(false));
      expect(failure).toBeInstanceOf(RefusedError);
      for (const [column, key] of [
        ['tag.ticket_count', 'rid 1'],
        ['message.body', 'rid 2'],
        ['ticket.subject', 'rid 7'],
      ])
        expect(failure.message).toMatch(new RegExp(`${column}: .* at ${key}`));
      expect(archives()).toEqual([]);
    });

    it('is mended in the archive alone where that is asked for, and every change is recorded', async () => {
      await odd();
      const { path } = await exported(true);
      expect(String(untar(path).get('data/ticket.ndjson'))).toContain('"subject":"a\ufffd"');
      const lines = String(readFileSync(record())).trim().split('\n');
      expect(lines.map((line) => (JSON.parse(line) as { table: string }).table).sort()).toEqual([
        'message',
        'tag',
        'ticket',
      ]);
      expect(statSync(record()).mode & 0o777).toBe(0o600);
      await places.import(await places.empty(), path);
      expect(await failureOf(exported(false))).toBeInstanceOf(RefusedError);
    });

    it('is recorded once: a second export is refused, and the record of the first stays', async () => {
      await odd();
      await exported(true);
      const before = readFileSync(record());
      expect(await failureOf(exported(true))).toBeInstanceOf(RefusedError);
      rmSync(to());
      expect((await failureOf(exported(true))).message).toContain('repairs.ndjson is there already');
      expect(readFileSync(record()).equals(before)).toBe(true);
    });

    it('leaves no record where no archive came of it', async () => {
      await odd();
      const [gone] = await keys();
      await (await storageOf(place)).delete(gone?.key as string);
      expect(await failureOf(exported(true))).toBeInstanceOf(DifferenceError);
      expect(await failureOf(exported(true, AbortSignal.abort()))).toBeInstanceOf(InterruptedError);
      expect(readdirSync(dirname(to()))).toEqual([]);
    });

    it('is never written, should it come while the archive is made', async () => {
      await odd();
      const failure = await failureOf(places.export(place));
      expect(failure).toBeInstanceOf(RefusedError);
      expect(failure.message).toMatch(/^Row tag rid 1 cannot be exported.*ticket_count: not a whole number$/);
      expect(archives()).toEqual([]);
    });
  });
});
