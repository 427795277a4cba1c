import { Controller, Get, Post } from '@nestjs/common';
import type { CanActivate, ExecutionContext, INestApplication } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { SkipThrottle } from '@nestjs/throttler';
import { Test } from '@nestjs/testing';
import fc from 'fast-check';
import request from 'supertest';
import {
  clientAddress,
  CountsAsUpload,
  CountsByAddress,
  DeskThrottlerGuard,
  FailureLimiter,
  RateLimitedError,
  throttlingConfig,
  ThrottlingModule,
} from './index';
import { MemoryRateCounter } from './memory.rate-counter';
import { describeRateCounter } from './rate-counter.contract';

const config = throttlingConfig.parse({ THROTTLE_STORE: 'memory' });
const NO_REDIS = { host: 'nowhere.invalid', port: 6379, tls: false, keyPrefix: '' };

describeRateCounter('MemoryRateCounter', async () => {
  let time = 0;
  return {
    counter: new MemoryRateCounter(1_000, () => time),
    advance: (ms) => void (time += ms),
  };
});

describe('the memory of the counter', () => {
  it('stays bounded under a million addresses', async () => {
    const counter = new MemoryRateCounter(1_000);
    const held = () => (counter as unknown as { windows: { size: number } }).windows.size;
    for (let n = 0; n < 999_999; n += 1) void counter.add('b', `10.${n}`, 1, 900_000);
    await counter.add('b', 'last', 1, 900_000);
    expect(held()).toBeLessThanOrEqual(1_000);
  });

  it('forgets the keys of past windows', async () => {
    let time = 0;
    const counter = new MemoryRateCounter(1_000, () => time);
    await counter.add('b', 'k', 5, 1_000);
    time = 2_500;
    await counter.add('b', 'other', 1, 1_000);
    expect(await counter.add('b', 'k', 0, 1_000)).toEqual({ count: 0, resetMs: 0 });
  });

  it('forgets no running window while there is room, whatever the order of hits', () => {
    const hit = fc.record({ key: fc.constantFrom('a', 'b', 'c'), wait: fc.integer({ min: 0, max: 700 }) });
    return fc.assert(
      fc.asyncProperty(fc.array(hit, { maxLength: 60 }), async (hits) => {
        let time = 0;
        const counter = new MemoryRateCounter(1_000, () => time);
        const model = new Map<string, { count: number; endsAt: number }>();
        for (const { key, wait } of hits) {
          time += wait;
          let expected = model.get(key);
          if (!expected || expected.endsAt <= time)
            model.set(key, (expected = { count: 0, endsAt: time + 1_000 }));
          expected.count += 1;
          expect(await counter.add('b', key, 1, 1_000)).toEqual({
            count: expected.count,
            resetMs: expected.endsAt - time,
          });
        }
      }),
    );
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.9', '203.0.113.9'],
    ['::ffff:203.0.113.9', '203.0.113.9'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
    ['::1', '::1'],
    [undefined, 'unknown'],
  ])('%s counts as %s', (ip, expected) => expect(clientAddress(ip)).toBe(expected));
});

@Controller()
class Desk {
  @Get('read')
  read() {
    return 'ok';
  }

  @Post('upload')
  @CountsAsUpload()
  upload() {
    return 'ok';
  }

  @Get('free')
  @SkipThrottle({ anonymous: true })
  free() {
    return 'ok';
  }

  @Get('register')
  @CountsByAddress()
  register() {
    return 'ok';
  }

  @Get('health/live')
  live() {
    return 'ok';
  }
}

/** Stands for authentication: `x-user: id/role`. */
class SetsActor implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const req = context.switchToHttp().getRequest<{ headers: Record<string, string>; actor?: object }>();
    const [userId, role] = req.headers['x-user']?.split('/') ?? [];
    if (userId !== undefined) req.actor = { userId, role };
    return true;
  }
}

describe('requests', () => {
  let app: INestApplication;
  const limits = {
    RATE_LIMIT_ANONYMOUS: 3,
    RATE_LIMIT_USER: 5,
    RATE_LIMIT_UPLOADS_CUSTOMER: 2,
    RATE_LIMIT_UPLOADS_AGENT: 4,
  };

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [
        ThrottlingModule.register(throttlingConfig.parse({ THROTTLE_STORE: 'memory', ...limits }), NO_REDIS),
      ],
      controllers: [Desk],
      providers: [
        { provide: APP_GUARD, useClass: SetsActor },
        { provide: APP_GUARD, useClass: DeskThrottlerGuard },
      ],
    }).compile();
    app = module.createNestApplication({ logger: false });
    app.getHttpAdapter().getInstance().set('trust proxy', 'loopback');
    app.useGlobalFilters({
      catch: (error: RateLimitedError, host) => {
        host
          .switchToHttp()
          .getResponse()
          .status(error.status ?? 500)
          .json({ code: error.code });
      },
    });
    await app.init();
  });
  afterEach(() => app.close());

  async function statuses(times: number, path: string, headers: Record<string, string>): Promise<number[]> {
    const out: number[] = [];
    for (let n = 0; n < times; n += 1) {
      const call =
        path === '/upload' ? request(app.getHttpServer()).post(path) : request(app.getHttpServer()).get(path);
      out.push((await call.set(headers)).status);
    }
    return out;
  }

  it('without sign-in are limited by address, each address for itself', async () => {
    expect(await statuses(4, '/read', { 'x-forwarded-for': '203.0.113.1' })).toEqual([200, 200, 200, 429]);
    expect(await statuses(1, '/read', { 'x-forwarded-for': '203.0.113.2' })).toEqual([200]);
  });

  it('from one IPv6 line count together', async () => {
    const from = (last: number) => statuses(1, '/read', { 'x-forwarded-for': `2001:db8::${last}` });
    expect((await Promise.all([1, 2, 3].map(from))).flat()).toEqual([200, 200, 200]);
    expect(await from(4)).toEqual([429]);
  });

  it('of a signed-in user are limited by user, whatever the address', async () => {
    expect(await statuses(6, '/read', { 'x-user': 'U1/agent' })).toEqual([200, 200, 200, 200, 200, 429]);
    expect(await statuses(1, '/read', { 'x-user': 'U2/agent' })).toEqual([200]);
    expect(await statuses(1, '/read', {})).toEqual([200]);
  });

  it('for strangers count by address too where somebody is signed in, whoever that is', async () => {
    const as = (user: string) => ({ 'x-forwarded-for': '203.0.113.1', 'x-user': `${user}/customer` });
    const one = await statuses(2, '/register', as('U1'));
    const other = await statuses(2, '/register', as('U2'));
    expect([...one, ...other]).toEqual([200, 200, 200, 429]);
    expect(await statuses(3, '/read', as('U1'))).toEqual([200, 200, 200]);
    expect(await statuses(1, '/read', as('U1'))).toEqual([429]);
  });

  it('that upload have a limit of their own, a larger one for agents', async () => {
    expect(await statuses(3, '/upload', { 'x-user': 'U1/customer' })).toEqual([201, 201, 429]);
    expect(await statuses(1, '/read', { 'x-user': 'U1/customer' })).toEqual([200]);
    expect(await statuses(5, '/upload', { 'x-user': 'U2/admin' })).toEqual([201, 201, 201, 201, 429]);
  });

  it('learn limit, remainder and reset, and when to come back', async () => {
    const first = await request(app.getHttpServer()).get('/read');
    expect(first.headers).toMatchObject({
      'ratelimit-limit': '3',
      'ratelimit-remaining': '2',
      'ratelimit-reset': '900',
    });
    expect(first.headers['x-ratelimit-limit']).toBeUndefined();
    await statuses(2, '/read', {});
    const refused = await request(app.getHttpServer()).get('/read');
    expect(refused.body).toEqual({ code: 'rate-limited' });
    expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': '900' });
  });

  it('to health and to routes that say so are not limited', async () => {
    expect(new Set(await statuses(9, '/health/live', {}))).toEqual(new Set([200]));
    expect(new Set(await statuses(9, '/free', {}))).toEqual(new Set([200]));
  });
});

describe('failed sign-ins', () => {
  let time: number;
  let limiter: FailureLimiter;
  const keys = { account: 'ana@example.com', address: '203.0.113.1' };

  beforeEach(() => {
    time = 0;
    limiter = new FailureLimiter(new MemoryRateCounter(1_000, () => time), config);
  });

  /** Tries with a wrong password; answers whether the password was looked at. */
  async function wrong(who = keys): Promise<boolean> {
    try {
      await limiter.check(who);
    } catch {
      return false;
    }
    return true;
  }
  async function times(n: number, who: (n: number) => typeof keys): Promise<number> {
    let looks = 0;
    for (let at = 0; at < n; at += 1) looks += (await wrong(who(at))) ? 1 : 0;
    return looks;
  }

  it('of one account stop after five, from however many addresses', async () => {
    expect(await times(9, (n) => ({ ...keys, address: `203.0.113.${n}` }))).toBe(5);
  });

  it('from one address stop after five, for however many accounts, existing or not', async () => {
    expect(await times(9, (n) => ({ ...keys, account: `nobody${n}` }))).toBe(5);
  });

  it('say how long to wait, and are forgotten after the window', async () => {
    await times(5, () => keys);
    time = 600_000;
    await expect(limiter.check(keys)).rejects.toMatchObject({
      code: 'rate-limited',
      status: 429,
      retryAfterSeconds: 300,
    });
    time = 900_001;
    expect(await wrong()).toBe(true);
  });

  it('that are refused do not count further', async () => {
    await times(5, (n) => ({ ...keys, address: `203.0.113.${n}` }));
    await times(50, () => ({ ...keys, address: '198.51.100.7' }));
    expect(await wrong({ account: 'else', address: '198.51.100.7' })).toBe(true);
  });

  it('get five looks of twenty tries at once', async () => {
    const looks = await Promise.all([...Array(20)].map(() => wrong()));
    expect(looks.filter(Boolean)).toHaveLength(5);
  });

  it('are not made by successes: hundreds of them pass', async () => {
    for (let n = 0; n < 300; n += 1) {
      await limiter.check(keys);
      await limiter.succeed(keys);
    }
    expect(await wrong()).toBe(true);
  });

  it('of a stranger are not forgiven by the success of the owner elsewhere', async () => {
    await times(3, () => ({ ...keys, address: '198.51.100.7' }));
    await times(1, () => keys);
    await limiter.check(keys);
    await limiter.succeed(keys);
    expect(await times(9, () => ({ ...keys, address: '198.51.100.8' }))).toBe(2);
  });

  it('cannot be washed off by signing in to an account of one’s own', async () => {
    const own = { account: 'mallory', address: keys.address };
    let looks = 0;
    for (let n = 0; n < 20; n += 1) {
      looks += (await wrong()) ? 1 : 0;
      await limiter.check(own).then(
        () => limiter.succeed(own),
        () => undefined,
      );
    }
    expect(looks).toBe(5);
  });

  it('cannot be carried into the next window and washed off there', async () => {
    const own = { account: 'mallory', address: keys.address };
    const other = (n: number) => ({ account: `victim${n}`, address: keys.address });
    await wrong(other(0));
    time = 600_000;
    await times(4, () => own);
    time = 900_001;
    const looks = await times(4, other);
    await limiter.check(own);
    await limiter.succeed(own);
    expect(looks + (await times(9, other))).toBe(5);
  });

  it('are given back by a success while their window runs, once', async () => {
    await times(4, () => keys);
    await limiter.check(keys);
    await Promise.all([limiter.succeed(keys), limiter.succeed(keys)]);
    await wrong({ ...keys, account: 'else' });
    await limiter.succeed(keys);
    expect(await times(9, (n) => ({ ...keys, account: `else${n}` }))).toBe(4);
  });

  it('are forgiven to an account whose owner has come by another way, wherever they came from', async () => {
    await times(3, () => ({ ...keys, address: '198.51.100.7' }));
    await times(2, () => keys);
    expect(await wrong()).toBe(false);
    await limiter.forgive(keys);
    expect(await times(9, () => keys)).toBe(5);
    expect(await times(9, (n) => ({ account: `else${n}`, address: '198.51.100.7' }))).toBe(2);
  });
});
