import request from 'supertest';
import { Listener } from '../testing/listener';
import { TestDesk } from '../testing/test-desk';

describe('the metrics of live updates', () => {
  let desk: TestDesk;
  beforeAll(async () => (desk = await TestDesk.start()));
  afterAll(() => desk.close());

  const scrape = async (): Promise<string> => (await request(desk.server).get('/metrics').expect(200)).text;
  const streams = async (): Promise<number> =>
    Number(/^liftdesk_event_streams (\d+)$/m.exec(await scrape())?.[1]);

  it('tell how many clients follow, and do not take their hours for a duration', async () => {
    expect(await streams()).toBe(0);
    const maja = await desk.signIn('agent');
    const listener = await Listener.follow(desk, maja);
    // The reading of a second ago may be given again.
    while ((await streams()) !== 1) await new Promise((resolve) => setTimeout(resolve, 50));
    await listener.leave();
    while ((await streams()) !== 0) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await scrape()).not.toMatch(/duration_seconds_count\{[^}]*events"\} [1-9]/);
  });
});
