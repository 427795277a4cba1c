import { createServer } from 'node:net';
import { once } from 'node:events';
import { Installation } from './harness/built-api';
import { ClusterOfOne } from './harness/cluster-of-one';

const ASKED = 20;

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
    const statuses: number[] = [];
    // Each goes to one of the two, whichever it is.
    const asked = Array.from({ length: ASKED }, async () => {
      const { status } = await fetch(`${origin}/api/status`, { headers: { Connection: 'close' } });
      statuses.push(status);
    });
    await Promise.race([Promise.all(asked), until(() => statuses.length > ASKED / 4)]);
    await second.signal('SIGINT');
    expect(statuses.length).toBeLessThan(ASKED);
    await first.signal('SIGINT');
    await Promise.all(asked);
    expect(statuses).toEqual(Array(ASKED).fill(200));
    expect(await Promise.all([first.ended, second.ended])).toEqual([
      { code: 0, signal: null },
      { code: 0, signal: null },
    ]);
  });
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 10));
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
