import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { type Ending, MACHINE, PATH, Scratch, describeWith, run, wentWell } from './harness/run';

/** What setup does for a disk, with a table of mounts and mounts of its own: both end with it. */
const MOUNT = `
set -euo pipefail
mount --bind "$1/fstab" /etc/fstab
ROOT='' DRY_RUN=$5
value_of() { case $1 in DATA_DEVICE) echo "$DEVICE" ;; APP_DIR) echo "$FOLDER" ;; esac; }
DEVICE=$2 FOLDER=$3
eval "$6"
source "$4/lib/telling.sh"
source "$4/lib/disks.sh"
mount_data
if mountpoint -q "$FOLDER"; then ls "$FOLDER"; echo one more > "$FOLDER/written-$RANDOM"; fi
`;
const MB = 1024 * 1024;

describeWith(['root', 'losetup', 'unshare', 'mkfs.ext4'], 'a disk for the data', () => {
  let scratch: Scratch;
  let device: string;
  beforeEach(() => {
    scratch = new Scratch();
    mkdirSync(scratch.path('desk'));
    for (const name of ['fstab', 'disk']) writeFileSync(scratch.path(name), '');
    truncateSync(scratch.path('disk'), 64 * MB);
    device = wentWell(run('losetup', ['--find', '--show', scratch.path('disk')])).trim();
  });
  afterEach(() => {
    wentWell(run('losetup', ['--detach', device]));
    scratch.remove();
  });

  function mountData({ dryRun = 'no', before = '' } = {}): Ending {
    const args = [scratch.folder, device, scratch.path('desk'), MACHINE, dryRun, before];
    // Without what makes other file systems: which is taken goes by what is there.
    return run('unshare', ['--mount', '--propagation', 'private', 'bash', '-c', MOUNT, 'bash', ...args], {
      env: { PATH },
    });
  }
  const table = (): string => readFileSync(scratch.path('fstab'), 'utf8');

  function write(at: number, bytes: Buffer): void {
    const disk = openSync(device, 'r+');
    writeSync(disk, bytes, 0, bytes.length, at);
    closeSync(disk);
  }

  it('is formatted when it is blank, and comes back with what was on it', () => {
    expect(mountData()).toMatchObject({ code: 0, stderr: expect.stringContaining('formats') });
    expect(table()).toMatch(/^UUID=\S+ \S+\/desk (xfs|ext4) defaults,noatime,nofail 0 2\n$/);
    const again = mountData();
    expect(again).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('written-') });
    expect(table().split('\n')).toHaveLength(2);
  });

  it.each([
    ['a file system whose beginning was damaged', 4 * MB, Buffer.from('of somebody')],
    ['partitions', 510, Buffer.from([0x55, 0xaa])],
  ])('is left alone with something else on it: %s', (_, at, bytes) => {
    write(at, bytes);
    const before = readFileSync(scratch.path('disk'));
    expect(mountData()).toMatchObject({ code: 1, stderr: expect.stringContaining(device) });
    expect(readFileSync(scratch.path('disk')).equals(before)).toBe(true);
    expect(table()).toBe('');
  });

  it('is not taken where the table of mounts names another one', () => {
    const line = `UUID=0b7d3cb2-7e34-4c83-a2a7-7d4b3e0c1f55 ${scratch.path('desk')} xfs defaults,nofail 0 2\n`;
    writeFileSync(scratch.path('fstab'), line);
    expect(mountData()).toMatchObject({ code: 1, stderr: expect.stringContaining('/etc/fstab says') });
    expect(readFileSync(scratch.path('disk')).equals(Buffer.alloc(64 * MB))).toBe(true);
    expect(table()).toBe(line);
  });

  it('is not written into the table of mounts where it cannot be mounted', () => {
    wentWell(run('mkswap', [device]));
    const { code, stderr } = mountData();
    expect([code === 0, stderr]).toEqual([false, expect.stringContaining('mount')]);
    expect(table()).toBe('');
  });

  it('that is mounted already is written into the table of mounts, for the next boot', () => {
    wentWell(run('mkfs.ext4', ['-q', device]));
    expect(mountData({ before: 'mount "$DEVICE" "$FOLDER"' })).toMatchObject({ code: 0 });
    expect(table()).toMatch(/^UUID=\S+ \S+\/desk ext4 defaults,noatime,nofail 0 2\n$/);
  });

  it('hides no files that are there already', () => {
    writeFileSync(scratch.path('desk/database.sqlite'), 'somebody');
    expect(mountData()).toMatchObject({ code: 1, stderr: expect.stringContaining('is not empty') });
  });

  it('is told of only, in a dry run', () => {
    expect(mountData({ dryRun: 'yes' })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('would mount'),
    });
    expect(table()).toBe('');
    expect(mountData()).toMatchObject({ stderr: expect.stringContaining('formats') });
  });
});
