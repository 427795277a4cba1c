import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inWorkFolder } from './work-folder';

const HOUR_MS = 3_600_000;

describe('the folder that a backup is made in', () => {
  let parent: string;
  beforeEach(() => void (parent = mkdtempSync(join(tmpdir(), 'work-'))));
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
    const work = inWorkFolder(parent, async (folder) => {
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
    await inWorkFolder(parent, async () => undefined);
    expect(existsSync(folder)).toBe(stays);
  });
});
