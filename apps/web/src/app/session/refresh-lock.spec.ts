import { RefreshLock } from './refresh-lock';

describe('RefreshLock without the Web Locks API', () => {
  beforeEach(() => localStorage.clear());

  it('lets one tab refresh after the other', async () => {
    const [one, other] = [new RefreshLock(), new RefreshLock()];
    const log: string[] = [];
    const work = (name: string) => async () => {
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      log.push(`${name} ends`);
    };
    await Promise.all([one.hold(work('one')), other.hold(work('other'))]);
    expect(log).toHaveLength(4);
    expect(log[1]).toBe(log[0]?.replace('begins', 'ends'));
  });

  it('gives the lease back when the work fails', async () => {
    const lock = new RefreshLock();
    await expect(lock.hold(() => Promise.reject(new Error('offline')))).rejects.toThrow('offline');
    await expect(lock.hold(() => Promise.resolve('done'))).resolves.toBe('done');
  });
});
