import { freePort } from '@liftdesk/testing';
import { setTimeout as pause } from 'node:timers/promises';
import { Installation } from './harness/built-api';
import { ClusterOfOne } from './harness/cluster-of-one';

/** How many are to wait with the second process before it is told to end. */
const WAITING = 5;
const LONG_FOR_AN_ANSWER_MS = 500;

describe('a process that waits to take the place of another', () => {
  const installation = new Installation();
  let cluster: ClusterOfOne;
  let origin: string;

  beforeAll(async () => {
    installation.migrate();
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    cluster = new ClusterOfOne(installation.folder, installation.env({ PORT: String(port) }));
  });
  afterAll(async () => {
    await cluster.end();
    installation.remove();
  });

  it('serves those who wait with it before it ends, though it is told to end itself meanwhile', async () => {
    const first = await cluster.ready();
    const second = await cluster.ready();
    const { asked, statuses } = await askUntilSomeWait(origin);
    await second.signal('SIGINT');
    expect(statuses.length).toBeLessThan(asked.length);
    await first.signal('SIGINT');
    await Promise.all(asked);
    expect(statuses).toEqual(asked.map(() => 200));
    expect(await Promise.all([first.ended, second.ended])).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
  });
});

/** Each connection goes to one of the two, whichever it is, and only the first of them answers. */
async function askUntilSomeWait(origin: string): Promise<{ asked: Promise<void>[]; statuses: number[] }> {
  const asked: Promise<void>[] = [];
  const statuses: number[] = [];
  const ask = async (): Promise<void> => {
    const { status } = await fetch(`${origin}/api/status`, { headers: { Connection: 'close' } });
    statuses.push(status);
  };
  while (asked.length - statuses.length < WAITING) {
    const one = ask();
    asked.push(one);
    await Promise.race([one, pause(LONG_FOR_AN_ANSWER_MS)]);
  }
  return { asked, statuses };
}
