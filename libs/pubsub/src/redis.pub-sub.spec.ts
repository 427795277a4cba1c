import { Logger } from '@nestjs/common';
import { describeWithRedis, RedisServer } from '@liftdesk/testing';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';
import { describePubSub, Ears } from './pub-sub.contract';
import { RedisPubSub } from './redis.pub-sub';

const PASSWORD = 'a word for tests';

describeWithRedis('events through Redis', () => {
  let server: RedisServer;
  let open: RedisPubSub[] = [];
  let clients: Redis[] = [];
  let prefixes = 0;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    server = await RedisServer.start({ password: PASSWORD });
  });
  afterAll(() => server.stop());
  afterEach(async () => {
    server.thaw();
    await Promise.all(open.map((each) => each.onApplicationShutdown()));
    open = [];
    for (const client of clients) client.disconnect();
    clients = [];
  });

  const connection = (keyPrefix = `p${(prefixes += 1)}:`, password = PASSWORD) => ({
    host: server.host,
    port: server.port,
    password,
    tls: false,
    keyPrefix,
  });

  /** One process. */
  async function process(where = connection(), kept = 200): Promise<RedisPubSub> {
    const pubSub = await RedisPubSub.open(where, kept);
    open.push(pubSub);
    return pubSub;
  }

  /** Somebody else who writes there. */
  function stranger(): Redis {
    const client = new Redis({ host: server.host, port: server.port, password: PASSWORD });
    clients.push(client);
    return client;
  }

  async function isBack(...all: RedisPubSub[]): Promise<void> {
    for (const pubSub of all) {
      let back = false;
      while (!back) {
        back = await pubSub.check().then(
          () => true,
          () => false,
        );
        await sleep(20);
      }
    }
  }

  describePubSub('RedisPubSub', async () => ({ pubSub: await process(), kept: 200 }));

  it('reach the subscribers of every process in one order, with the same ids', async () => {
    const where = connection();
    const [one, other] = [await process(where), await process(where)];
    const [left, right] = [new Ears(one), new Ears(other)];
    for (let n = 0; n < 200; n += 1) (n % 2 === 0 ? one : other).publish({ n });
    for (const ears of [left, right]) await ears.until(() => ears.heard.length === 200);
    expect(left.heard).toEqual(right.heard);
    expect(await other.since(left.heard[98]?.id as string)).toEqual(left.heard.slice(99));
  });

  it('can be gone on from with a process that was started later, and with one that has to catch up', async () => {
    const where = connection();
    const one = await process(where);
    const ears = new Ears(one);
    for (let n = 0; n < 10; n += 1) one.publish({ n });
    await ears.until(() => ears.heard.length === 10);
    const late = await process(where);
    expect(await late.since(ears.heard[3]?.id as string)).toEqual(ears.heard.slice(4));
    one.publish({ n: 10 });
    await ears.until(() => ears.heard.length === 11);
    expect(await late.since(ears.heard[10]?.id as string)).toEqual([]);
  });

  it.each([
    ['killed', () => server.kill(), () => server.restart()],
    ['hanging', async () => server.freeze(), async () => server.thaw()],
  ])(
    'are heard in their own process at once while Redis is %s, and elsewhere when it is back',
    async (_, harm, heal) => {
      const where = connection();
      const [one, other] = [await process(where), await process(where)];
      const [here, there] = [new Ears(one), new Ears(other)];
      one.publish({ n: 1 });
      for (const ears of [here, there]) await ears.until(() => ears.heard.length === 1);
      const last = here.heard[0]?.id as string;
      await harm();
      one.publish({ n: 2 });
      await here.until(() => here.heard.length === 2);
      one.publish({ n: 3 });
      one.publish({ passes: true }, { passing: true });
      await here.until(() => here.heard.length === 4);
      expect(here.heard.slice(1).map(({ id }) => id)).toEqual([undefined, undefined, undefined]);
      expect((await one.since(last))?.map(({ data }) => data)).toEqual([{ n: 2 }, { n: 3 }]);
      expect(there.heard).toHaveLength(1);
      await expect(one.check()).rejects.toThrow(/^Redis is away, 2 events wait for it: \w/);

      await heal();
      await isBack(one, other);
      other.publish({ n: 4 });
      await here.until(() => here.data.some((data) => (data as { n: number }).n === 4));
      expect(here.data).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }, { passes: true }, { n: 4 }]);
      // A process that found Redis empty is told to read anew; one that was only cut off hears the rest.
      await there.until(() => there.timesMissed > 0 || there.heard.length >= 4);
      await there.until(() => there.data.some((data) => (data as { n: number }).n === 4));
      const heard = there.data.map((data) => (data as { n: number }).n);
      if (there.timesMissed === 0) expect(heard).toEqual([1, 2, 3, 4]);
      expect(new Set(heard).size).toBe(heard.length);
    },
  );

  it('of before are unknown when Redis was started anew and is empty: everybody is told', async () => {
    const pubSub = await process();
    const ears = new Ears(pubSub);
    pubSub.publish({ n: 1 });
    await ears.until(() => ears.heard.length === 1);
    await server.kill();
    await server.restart();
    await ears.until(() => ears.timesMissed > 0);
    expect(await pubSub.since(ears.heard[0]?.id as string)).toBeUndefined();
    await isBack(pubSub);
    pubSub.publish({ n: 2 });
    await ears.until(() => ears.heard.length === 2);
    expect(await pubSub.since(pubSub.latestId() as string)).toEqual([]);
  });

  it('are not told of twice by those who were only cut off', async () => {
    const where = connection();
    const pubSub = await process(where);
    const ears = new Ears(pubSub);
    for (let n = 1; n <= 3; n += 1) pubSub.publish({ n });
    await ears.until(() => ears.heard.length === 3);
    const redis = stranger();
    await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    for (let n = 4; n <= 9; n += 1) pubSub.publish({ n });
    await ears.until(() => ears.heard.length >= 9);
    await isBack(pubSub);
    pubSub.publish({ n: 10 });
    await ears.until(() => ears.data.some((data) => (data as { n: number }).n === 10));
    expect(ears.data).toEqual(Array.from({ length: 10 }, (_, index) => ({ n: index + 1 })));
    expect(ears.timesMissed).toBe(0);
  });

  it('wait for Redis in bounded number: when it is back everybody is told that some are missing', async () => {
    const where = connection();
    const [one, other] = [await process(where), await process(where)];
    const [here, there] = [new Ears(one), new Ears(other)];
    server.freeze();
    for (let n = 1; n <= 10_050; n += 1) one.publish({ n });
    await here.until(() => here.heard.length === 10_050);
    expect(await one.since(one.latestId() as string)).toBeUndefined();
    await expect(one.check()).rejects.toThrow(/10000 events wait/);
    server.thaw();
    await there.until(() => there.timesMissed > 0);
  }, 120_000);

  it('start with a wrong password, are heard in their own process, and say why without the word', async () => {
    const pubSub = await process(connection('w:', 'another word'));
    const ears = new Ears(pubSub);
    pubSub.publish({ n: 1 });
    await ears.until(() => ears.heard.length === 1);
    const said = await pubSub.check().catch((error: unknown) => error);
    expect(String(said)).toContain('WRONGPASS');
    expect(JSON.stringify([String(said), Object.entries(said as object)])).not.toContain('another word');
  });

  it('start where Redis is not there yet, and reach others as soon as it is', async () => {
    const where = connection();
    await server.kill();
    const [one, other] = await Promise.all([process(where), process(where)]);
    const [here, there] = [new Ears(one), new Ears(other)];
    one.publish({ n: 1 });
    await here.until(() => here.heard.length === 1);
    await server.restart();
    await isBack(one, other);
    await there.until(() => there.timesMissed > 0 || there.heard.length > 0);
    one.publish({ n: 2 });
    await there.until(() => there.data.some((data) => (data as { n: number }).n === 2));
  });

  it('that are under way when a process ends are still sent', async () => {
    const where = connection();
    const [one, other] = [await process(where), await process(where)];
    const there = new Ears(other);
    for (let n = 1; n <= 250; n += 1) one.publish({ n });
    await one.onApplicationShutdown();
    await there.until(() => there.heard.length === 250);
  });

  it('that were trimmed before they could be read are told of as missed, however few are kept', async () => {
    const where = connection();
    const ears = new Ears(await process(where, 100));
    const redis = stranger();
    const burst = `for n = 1, 300 do
      redis.call('XADD', KEYS[1], 'MAXLEN', 100, '*', 'm', '{"nonce":"' .. n .. '","data":{"n":' .. n .. '}}') end`;
    await redis.eval(burst, 1, `${where.keyPrefix}events`);
    await ears.until(() => ears.heard.length === 100);
    await ears.until(() => ears.timesMissed === 1);
  });

  it('pass what is not ours in the stream', async () => {
    const where = connection();
    const pubSub = await process(where);
    const ears = new Ears(pubSub);
    const redis = stranger();
    for (const text of ['not json', 'null', '7', '{}', '{"nonce":5,"data":{"n":0}}'])
      for (const stream of ['events', 'passing'])
        await redis.xadd(where.keyPrefix + stream, '*', 'other', text);
    pubSub.publish({ n: 1 });
    await ears.until(() => ears.heard.length === 1);
    expect(ears.data).toEqual([{ n: 1 }]);
    expect(ears.timesMissed).toBe(0);
  });
});
