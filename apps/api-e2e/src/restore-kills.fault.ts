import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type RunningCommand, begin } from './harness/command';
import { deedsOfRestore, pauseAt } from './harness/deeds';
import { RestorableDesk } from './harness/restorable-desk';

describe('a restore killed with SIGKILL leaves the old desk or the new one, and the same command finishes', () => {
  let desk: RestorableDesk;
  beforeEach(() => void (desk = new RestorableDesk()));
  afterEach(() => desk.remove());

  const paused = async (at: number): Promise<RunningCommand> => {
    const command = begin(desk.installation, ['restore', 'latest'], pauseAt(desk.installation, at));
    await command.says('paused at');
    return command;
  };

  /** The number of each deed that is worth a kill: all that are done to files, and each tenth statement. */
  const worthAKill = async (): Promise<number[]> =>
    (await deedsOfRestore(desk.installation)).flatMap((deed, index) =>
      deed.startsWith('file') || index % 10 === 0 ? [index + 1] : [],
    );

  function reset(state: 'sound' | 'ruined'): void {
    for (const name of desk.files()) rmSync(desk.path(name));
    copyFileSync(desk.path('kept.sqlite'), desk.live);
    desk.markAndDie('now');
    if (state === 'ruined') writeFileSync(desk.live, 'no database, but a letter '.repeat(4_000));
  }

  it.each(['sound', 'ruined'] as const)('over a %s one, before each deed worth a kill', async (state) => {
    const { live } = desk;
    await desk.backUp();
    copyFileSync(live, desk.path('kept.sqlite'));
    reset(state);
    const numbers = await worthAKill();
    const seen = { old: 0, new: 0 };
    for (const number of numbers) {
      reset(state);
      const before = readFileSync(live);
      await (await paused(number)).kill();
      const isNew = !readFileSync(live).equals(before) && desk.markOf(live) === 'then';
      seen[isNew ? 'new' : 'old'] += 1;
      if (isNew) {
        expect(desk.aside()).toHaveLength(1);
        if (state === 'sound') expect(desk.markOf(desk.path(desk.aside()[0] ?? ''))).toBe('now');
      } else if (state === 'sound') expect(desk.markOf(live)).toBe('now');
      expect(await desk.restore('latest')).toMatchObject({ code: 0, stderr: '' });
      expect(desk.markOf(live)).toBe('then');
      expect(desk.drafts()).toEqual([]);
      if (state === 'ruined') {
        const [first] = desk.aside();
        expect(readFileSync(desk.path(first ?? '')).equals(before)).toBe(true);
        expect(existsSync(desk.path(`${first}-wal`))).toBe(true);
      }
    }
    expect(seen.old).toBeGreaterThan(10);
    expect(seen.new).toBeGreaterThan(0);
  });

  it('and a server that is started instead serves one of the two', async () => {
    await desk.backUp();
    desk.markAndDie('now');
    copyFileSync(desk.live, desk.path('kept.sqlite'));
    const numbers = await worthAKill();
    // The last deeds to files are those of the swap.
    for (const number of numbers.slice(-8)) {
      reset('sound');
      await (await paused(number)).kill();
      const api = await desk.installation.start();
      await api.stop();
      expect(['then', 'now']).toContain(desk.markOf(desk.live));
      expect(desk.drafts()).toEqual([]);
    }
  });
});
