import Database from 'better-sqlite3';
import * as fs from 'node:fs';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claimDatabase } from './instance-lock';
import { DatabaseInUseError, asideOf, draftOf, swapDatabase, undoHalfSwap } from './sqlite.swap';

jest.mock('node:fs', () => ({ __esModule: true, ...jest.requireActual<typeof fs>('node:fs') }));

const STAMP = '20261126_040000';

describe('a database of SQLite that takes the place of another', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'swap-'));
    path = join(folder, 'desk.sqlite');
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const names = (): string[] => readdirSync(folder).sort();
  const swap = () => swapDatabase(path, STAMP);

  /** One word, of which a part is only in its -wal. */
  function write(file: string, word: string): void {
    const connection = new Database(file);
    connection.pragma('journal_mode = WAL');
    connection.exec('create table word (word text)');
    connection.pragma('wal_checkpoint(TRUNCATE)');
    connection.prepare('insert into word values (?)').run(word);
    connection.close();
  }

  function read(file: string): unknown {
    const connection = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return connection.prepare('select word from word').pluck().get();
    } finally {
      connection.close();
    }
  }

  /** As a process that is killed leaves it: with a -wal that holds the word. */
  function writeAndDie(file: string, word: string): void {
    const connection = new Database(file);
    connection.pragma('journal_mode = WAL');
    connection.exec('create table word (word text)');
    connection.pragma('wal_checkpoint(TRUNCATE)');
    connection.prepare('insert into word values (?)').run(word);
    const copies = ['', '-wal', '-shm'].map((side) => [side, readFileSync(file + side)] as const);
    connection.close();
    for (const [side, bytes] of copies) writeFileSync(file + side, bytes);
  }

  /** No SQLite any more, and with a -wal beside it. */
  function ruin(file: string): void {
    writeAndDie(file, 'old');
    writeFileSync(file, 'no database, but a letter '.repeat(400));
  }

  it('is at the place, and the old one beside it in one file each', () => {
    writeAndDie(path, 'old');
    write(draftOf(path, STAMP), 'new');
    expect(swap()).toEqual({ aside: asideOf(path, STAMP), wasDamaged: false });
    expect([read(path), read(asideOf(path, STAMP))]).toEqual(['new', 'old']);
    expect(names()).toEqual(['desk.sqlite', `desk.sqlite.pre-restore.${STAMP}`]);
  });

  it('is there where there was none', () => {
    write(draftOf(path, STAMP), 'new');
    expect(swap()).toEqual({ aside: null, wasDamaged: false });
    expect(names()).toEqual(['desk.sqlite']);
  });

  it('meets nothing of a database that is gone, but for its -wal', () => {
    writeAndDie(path, 'old');
    rmSync(path);
    write(draftOf(path, STAMP), 'new');
    swap();
    expect(read(path)).toBe('new');
    expect(existsSync(`${asideOf(path, STAMP)}-wal`)).toBe(true);
  });

  it('takes the place of one that cannot be opened, whose -wal stays with it', () => {
    ruin(path);
    const before = readFileSync(path);
    const wal = readFileSync(`${path}-wal`);
    write(draftOf(path, STAMP), 'new');
    expect(swap()).toMatchObject({ wasDamaged: true });
    expect(read(path)).toBe('new');
    expect(readFileSync(asideOf(path, STAMP)).equals(before)).toBe(true);
    expect(readFileSync(`${asideOf(path, STAMP)}-wal`).equals(wal)).toBe(true);
  });

  it('is refused while somebody has the old one open', () => {
    write(path, 'old');
    write(draftOf(path, STAMP), 'new');
    const reader = new Database(path);
    reader.pragma('journal_mode = WAL');
    reader.prepare('select * from word').all();
    expect(swap).toThrow(DatabaseInUseError);
    reader.close();
    expect(read(path)).toBe('old');
    expect(swap()).toMatchObject({ wasDamaged: false });
    expect(read(path)).toBe('new');
  });

  it('leaves the old one beside it on a disk without second names too', () => {
    jest.spyOn(fs, 'linkSync').mockImplementation(() => {
      throw Object.assign(new Error('not here'), { code: 'EPERM' });
    });
    writeAndDie(path, 'old');
    write(draftOf(path, STAMP), 'new');
    swap();
    expect([read(path), read(asideOf(path, STAMP))]).toEqual(['new', 'old']);
    expect(names()).toHaveLength(2);
  });

  /** Each call that changes a folder is the last one, as if the process were killed before it. */
  const DEEDS = ['linkSync', 'copyFileSync', 'renameSync', 'rmSync'] as const;
  function dieBefore(deed: number): void {
    let done = 0;
    for (const name of DEEDS) {
      const original = fs[name] as (...args: unknown[]) => void;
      jest.spyOn(fs, name).mockImplementation(((...args: unknown[]) => {
        done += 1;
        if (done >= deed) throw new Error('killed');
        return original(...args);
      }) as never);
    }
  }

  describe.each(['sound', 'ruined'] as const)('over a %s one, ended before any of its deeds', (state) => {
    it('leaves one of the two whole at the place, as the next who claims it finds it', () => {
      const seen: string[] = [];
      for (let deed = 1; !seen.includes('through'); deed += 1) {
        for (const name of names()) rmSync(join(folder, name));
        if (state === 'sound') writeAndDie(path, 'old');
        else ruin(path);
        const before = ['', '-wal'].map((side) => readFileSync(path + side));
        write(draftOf(path, STAMP), 'new');
        dieBefore(deed);
        let through = true;
        try {
          swap();
        } catch {
          through = false;
        }
        jest.restoreAllMocks();
        const isNew = readFileSync(path).toString('latin1').includes('new');
        claimDatabase({ type: 'sqlite', path }).release();
        if (isNew) {
          expect(read(path)).toBe('new');
          expect(existsSync(asideOf(path, STAMP))).toBe(true);
          if (state === 'sound') expect(read(asideOf(path, STAMP))).toBe('old');
          else expect(readFileSync(`${asideOf(path, STAMP)}-wal`).equals(before[1] as Buffer)).toBe(true);
        } else {
          if (state === 'sound') expect(read(path)).toBe('old');
          else expect(['', '-wal'].map((side) => readFileSync(path + side))).toEqual(before);
          expect(names().filter((name) => /restor/.test(name))).toEqual([]);
        }
        seen.push(through ? 'through' : isNew ? 'new' : 'old');
      }
      expect(seen.filter((one) => one === 'old').length).toBeGreaterThan(1);
    });
  });

  it('that was ended in its midst is not undone where the old one was taken away by hand', () => {
    write(path, 'old');
    write(draftOf(path, STAMP), 'new');
    fs.linkSync(path, asideOf(path, STAMP));
    rmSync(path);
    undoHalfSwap(path);
    expect(names()).toEqual([`desk.sqlite.pre-restore.${STAMP}`]);
    expect(read(asideOf(path, STAMP))).toBe('old');
  });
});
