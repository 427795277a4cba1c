import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorkFolder } from './work-folder';

const HOUR_MS = 3_600_000;
/** Where tests are root's, whom no right keeps out. */
const NOBODY = 65_534;

describe('the folder that a backup is made in', () => {
  let parent: string;
  const say = jest.fn();
  beforeEach(() => {
    parent = mkdtempSync(join(tmpdir(), 'work-'));
    say.mockReset();
  });
  afterEach(() => rmSync(parent, { recursive: true }));

  /** Left by a process, so many hours ago. */
  function left(name: string, hours: number): string {
    const folder = join(parent, name);
    mkdirSync(folder);
    writeFileSync(join(folder, 'copy.sqlite'), 'a desk');
    const at = new Date(Date.now() - hours * HOUR_MS);
    utimesSync(folder, at, at);
    return folder;
  }

  it('is for nobody else to read, and gone when the work is through, or has failed', async () => {
    let made = '';
    const work = inWorkFolder(parent, say, async (folder) => {
      made = folder;
      expect(statSync(folder).mode & 0o077).toBe(0);
      writeFileSync(join(folder, 'copy.sqlite'), 'a desk');
      throw new Error('no more');
    });
    await expect(work).rejects.toThrow('no more');
    expect(made).not.toBe('');
    expect(existsSync(made)).toBe(false);
  });

  it.each([
    ['of a process of this machine that was killed', `.work-${hostname()}-999999999`, 0, false],
    ['of one that is at it', `.work-${hostname()}-${process.ppid}`, 1, true],
    ['of one whose number somebody else has by now', `.work-${hostname()}-${process.ppid}`, 49, false],
    ['of another machine that is at it', '.work-elsewhere-1', 1, true],
    ['of a machine that there is no more', '.work-elsewhere-1', 49, false],
    ['that is none of ours', 'work-elsewhere-1', 49, true],
  ])('finds one %s', async (_, name, hours, stays) => {
    const folder = left(name, hours);
    await inWorkFolder(parent, say, async () => undefined);
    expect(existsSync(folder)).toBe(stays);
    expect(say).not.toHaveBeenCalled();
  });

  it('is made beside one that cannot be removed, which is told', async () => {
    const folder = left('.work-elsewhere-1', 49);
    const gone = left('.work-elsewhere-2', 49);
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) chownSync(parent, NOBODY, NOBODY);
    if (isRoot) chownSync(gone, NOBODY, NOBODY);
    chmodSync(folder, isRoot ? 0o700 : 0);
    let made = '';
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      await inWorkFolder(parent, say, async (own) => void (made = own));
    } finally {
      if (isRoot) process.seteuid?.(0);
      chmodSync(folder, 0o700);
    }
    expect(made).not.toBe('');
    expect([folder, gone].map((path) => existsSync(path))).toEqual([true, false]);
    expect(say.mock.calls).toEqual([[expect.stringMatching(/\.work-elsewhere-1, .*EACCES/)]]);
  });
});
