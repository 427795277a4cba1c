import { SecretsManagerServer } from '@liftdesk/testing';
import { EventEmitter, once } from 'node:events';
import { inspect } from 'node:util';
import { openSecretStore, type SecretEvent, SecretStoreError, secretsConfig } from './index';
import { EnvSecretStore } from './env.secret-store';
import { describeSecretStore } from './secret-store.contract';
import type { SecretSource, SecretVersion } from './secret-source';
import { SecretsManagerSource } from './secrets-manager.source';
import type { AwsSecretsConfig } from './secrets.config';
import { VersionedSecretStore, type VersionedStoreOptions } from './versioned.secret-store';

const ID = 'prod/support-ticket/api';
/** Stands in every value: no message may hold it. */
const CANARY = 'kanarienvogel';

beforeAll(() => {
  process.env['AWS_ACCESS_KEY_ID'] = 'test';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
});

function configFor(endpoint: string): AwsSecretsConfig {
  const env = {
    SECRETS_PROVIDER: 'aws',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  };
  return secretsConfig.parse(env) as AwsSecretsConfig;
}

/** Bounded only by jest's own time-out: what hangs is found there. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describeSecretStore('the environment', async () => ({
  store: await openSecretStore(secretsConfig.parse({}), { env: { JWT_SECRET: 'a value', EMPTY: '' } }),
  close: async () => undefined,
}));

describeSecretStore('Secrets Manager', async () => {
  const server = await SecretsManagerServer.start();
  server.put(ID, { JWT_SECRET: 'a value', EMPTY: '' });
  const store = await openSecretStore(configFor(server.endpoint), {
    env: { JWT_SECRET: 'of the environment' },
  });
  return { store, close: () => server.stop() };
});

describe('Secrets Manager', () => {
  let server: SecretsManagerServer;
  let open: VersionedSecretStore[] = [];
  let time = Date.now();

  beforeEach(async () => {
    time = Date.now();
    server = await SecretsManagerServer.start();
    server.put(ID, { JWT_SECRET: `${CANARY} 1` }, time - 3_600_000);
  });
  afterEach(async () => {
    for (const store of open) store.close();
    open = [];
    await server.stop();
  });

  async function opened(options: Partial<VersionedStoreOptions> = {}): Promise<VersionedSecretStore> {
    const store = await VersionedSecretStore.open(new SecretsManagerSource(configFor(server.endpoint)), {
      ttlMs: 3_600_000,
      bootTimeoutMs: 20_000,
      now: () => time,
      ...options,
    });
    open.push(store);
    return store;
  }
  const failureOf = async (opening: Promise<unknown>): Promise<SecretStoreError> => {
    const error: unknown = await opening.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(SecretStoreError);
    return error as SecretStoreError;
  };
  const eventsOf = (store: VersionedSecretStore): SecretEvent[] => {
    const events: SecretEvent[] = [];
    store.onEvent((event) => events.push(event));
    return events;
  };
  /** Out of turn, as somebody does who meets an unknown key. */
  async function refreshed(store: VersionedSecretStore): Promise<void> {
    time += 60_000;
    await store.refresh();
  }

  describe('at the start', () => {
    it.each(['throttled', 'unavailable', 'cut'] as const)('is asked again when it is %s', async (fault) => {
      server.failNext(fault, fault);
      expect((await opened()).get('JWT_SECRET')).toBe(`${CANARY} 1`);
    });

    it('is asked again when it hangs', async () => {
      server.failNext('hanging');
      expect((await opened({ attemptMs: 100 })).get('JWT_SECRET')).toBe(`${CANARY} 1`);
    });

    it.each(['throttled', 'unavailable', 'hanging'] as const)(
      'that is %s is given up after the time, with one line that says what and where',
      async (fault) => {
        server.failAlways(fault);
        const error = await failureOf(opened({ bootTimeoutMs: 700, attemptMs: 200 }));
        expect(error.failure).toBe('unreachable');
        expect(error.message).toMatch(
          /^No answer about the secret prod\/support-ticket\/api in Secrets Manager \(eu-central-1, http:.*, tried for 1 s: check .*AWS_ENDPOINT_URL_SECRETS_MANAGER$/,
        );
        expect(server.calls.length).toBeGreaterThan(1);
      },
    );

    it('that is not there at all is given up, by the name of the failure', async () => {
      await server.stop();
      const error = await failureOf(opened({ bootTimeoutMs: 2_000 }));
      expect(error.message).toContain('ECONNREFUSED');
    });

    it('that refuses is asked once, and the line says which right is missing', async () => {
      server.failAlways('denied');
      const error = await failureOf(opened());
      expect(error).toMatchObject({ failure: 'denied', message: expect.stringContaining('GetSecretValue') });
      expect(server.calls).toHaveLength(1);
    });

    it('that does not know the secret is asked once, and the line says where to set its name', async () => {
      server.remove(ID);
      const error = await failureOf(opened());
      expect(error).toMatchObject({ failure: 'not-found', message: expect.stringContaining('SECRETS_ID') });
      expect(server.calls).toHaveLength(1);
    });

    it.each([
      ['text', CANARY, 'is not JSON'],
      ['half JSON', `{"JWT_SECRET": "${CANARY}`, 'is not JSON'],
      ['a list', [CANARY], 'is not a JSON object'],
      ['null', 'null', 'is not a JSON object'],
      ['an object within', { JWT_SECRET: { is: CANARY } }, 'holds no text under the name "JWT_SECRET"'],
      ['bytes', Buffer.from(CANARY), 'is binary'],
    ])('refuses %s in one line without a word of it', async (_, value, said) => {
      server.put(ID, value);
      const error = await failureOf(opened());
      expect(error).toMatchObject({ failure: 'malformed', message: expect.stringContaining(said) });
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
      expect(error.message).not.toContain('\n');
    });

    it('does not open where its values would not do', async () => {
      const refuse = () => {
        throw new Error('JWT_SECRET: too short');
      };
      await expect(opened({ accept: refuse })).rejects.toThrow('JWT_SECRET: too short');
    });

    it('takes numbers and booleans as text, as a secret of RDS has them', async () => {
      server.put(ID, { port: 5432, tls: true });
      expect((await opened()).values()).toEqual({ port: '5432', tls: 'true' });
    });
  });

  describe('while running', () => {
    it('is asked again by itself when the values are old', async () => {
      const store = await opened({ ttlMs: 30 });
      server.put(ID, { JWT_SECRET: `${CANARY} 2` });
      await until(() => store.get('JWT_SECRET') === `${CANARY} 2`);
    });

    it('tells names of what changed, and remembers what was before', async () => {
      const store = await opened();
      const events = eventsOf(store);
      server.put(ID, { JWT_SECRET: `${CANARY} 2`, SMTP_PASSWORD: CANARY });
      await refreshed(store);
      expect(events).toEqual([{ type: 'changed', names: ['JWT_SECRET', 'SMTP_PASSWORD'] }]);
      expect(store.former()).toEqual([{ values: { JWT_SECRET: `${CANARY} 1` }, replacedAt: time }]);
    });

    it('remembers also a version that came and went between two looks', async () => {
      const store = await opened();
      server.put(ID, { JWT_SECRET: `${CANARY} 2` });
      server.put(ID, { JWT_SECRET: `${CANARY} 3` });
      await refreshed(store);
      expect(store.get('JWT_SECRET')).toBe(`${CANARY} 3`);
      expect(store.former().map(({ values }) => values['JWT_SECRET'])).toEqual([
        `${CANARY} 2`,
        `${CANARY} 1`,
      ]);
    });

    it('lets a process that starts later know of the version before, and since when it is that', async () => {
      server.put(ID, { JWT_SECRET: `${CANARY} 2` }, time - 5_000);
      const store = await opened();
      expect(store.former()).toEqual([{ values: { JWT_SECRET: `${CANARY} 1` }, replacedAt: time - 5_000 }]);
    });

    it('has no former values for who may not read the version before', async () => {
      server.put(ID, { JWT_SECRET: `${CANARY} 2` });
      const source = new SecretsManagerSource(configFor(server.endpoint));
      await source.current(new AbortController().signal);
      server.failNext('denied');
      expect(await source.previous(new AbortController().signal)).toBeNull();
      source.close();
    });

    it.each(['throttled', 'unavailable', 'hanging', 'cut', 'denied'] as const)(
      'that is %s leaves the old values, says so once, and recovers',
      async (fault) => {
        const store = await opened(fault === 'hanging' ? { attemptMs: 500 } : {});
        const events = eventsOf(store);
        const { readAt } = store.state();
        server.failAlways(fault);
        await refreshed(store);
        await refreshed(store);
        expect(store.get('JWT_SECRET')).toBe(`${CANARY} 1`);
        expect(store.state()).toMatchObject({ readAt, failure: expect.stringContaining(ID) });
        expect(events.map(({ type }) => type)).toEqual(['refresh-failed']);
        server.failAlways(null);
        server.put(ID, { JWT_SECRET: `${CANARY} 2` });
        await refreshed(store);
        expect(store.get('JWT_SECRET')).toBe(`${CANARY} 2`);
        expect(store.state()).toMatchObject({ provider: 'aws', readAt: time, failure: null });
        expect(events.map(({ type }) => type)).toEqual(['refresh-failed', 'changed', 'refresh-recovered']);
      },
    );

    it('whose machine dies is found again when it is back', async () => {
      const store = await opened();
      await server.stop();
      await refreshed(store);
      expect(store.state().failure).toContain('No answer about');
      await server.listen();
      await refreshed(store);
      expect(store.state().failure).toBeNull();
    });

    it.each([
      ['is no JSON any more', `${CANARY}`],
      ['would not do', { JWT_SECRET: 'short' }],
    ])('keeps the old values when the new version %s, and says no word of it', async (_, value) => {
      const accept = ({ JWT_SECRET = '' }) => {
        if (JWT_SECRET.length < 10)
          throw new Error('The configuration is not right:\n  JWT_SECRET: too short');
      };
      const store = await opened({ accept });
      server.put(ID, value);
      await refreshed(store);
      expect(store.get('JWT_SECRET')).toBe(`${CANARY} 1`);
      expect(store.state().failure).toMatch(/not JSON|JWT_SECRET: too short/);
      expect(store.state().failure).not.toMatch(/kanarien|\n/);
    });

    it('is asked no more often than every ten seconds, however many ask, and once for all of them', async () => {
      const store = await opened();
      const before = server.calls.length;
      time += 10_000;
      await Promise.all([store.refresh(), store.refresh(), store.refresh()]);
      time += 9_999;
      await store.refresh();
      await store.refresh();
      expect(server.calls).toHaveLength(before + 1);
    });

    it('is left alone by a store that was closed', async () => {
      const store = await opened({ ttlMs: 5 });
      store.close();
      const before = server.calls.length;
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(server.calls).toHaveLength(before);
    });
  });
});

describe('A store of versions', () => {
  const version = (id: string): SecretVersion => ({
    id,
    createdAt: Date.now(),
    values: { JWT_SECRET: `${CANARY} ${id}` },
  });
  const sourceOf = (source: Partial<SecretSource>): SecretSource => ({
    name: 'the secret',
    current: async () => version('1'),
    previous: async () => null,
    close: () => undefined,
    ...source,
  });

  it('is given up when its time is over, though the first of its two questions was answered', async () => {
    jest.useFakeTimers();
    const source = sourceOf({
      current: async () => {
        jest.advanceTimersByTime(4_900);
        return version('1');
      },
      previous: () => new Promise(() => undefined),
    });
    const said = jest.fn();
    void VersionedSecretStore.open(source, { ttlMs: 60_000, bootTimeoutMs: 5_000 }).catch(said);
    await jest.advanceTimersByTimeAsync(100);
    jest.useRealTimers();
    expect(said).toHaveBeenCalledWith(expect.objectContaining({ failure: 'unreachable' }));
  });

  it('takes nothing any more that arrives after it was closed', async () => {
    const arrive = new EventEmitter();
    const accept = jest.fn();
    let time = Date.now();
    let asked = 0;
    const source = sourceOf({
      async current() {
        asked += 1;
        if (asked > 1) await once(arrive, 'now');
        return version(String(asked));
      },
    });
    const options = { ttlMs: 3_600_000, bootTimeoutMs: 5_000, accept, now: () => time };
    const store = await VersionedSecretStore.open(source, options);
    time += 60_000;
    const refreshed = store.refresh();
    store.close();
    arrive.emit('now');
    await refreshed;
    expect(store.get('JWT_SECRET')).toBe(`${CANARY} 1`);
    expect(accept).toHaveBeenCalledTimes(1);
  });
});

describe('secretsConfig', () => {
  it('is the environment when nothing is said, and needs nothing then', () =>
    expect(secretsConfig.parse({ AWS_REGION: '' })).toEqual({ SECRETS_PROVIDER: 'env' }));

  it('has the defaults of the document', () =>
    expect(secretsConfig.parse({ SECRETS_PROVIDER: 'aws', AWS_REGION: 'us-east-1' })).toEqual({
      SECRETS_PROVIDER: 'aws',
      SECRETS_ID: ID,
      SECRETS_TTL: 300_000,
      SECRETS_BOOT_TIMEOUT: 20_000,
      AWS_REGION: 'us-east-1',
    }));

  it.each([
    ['SECRETS_PROVIDER', 'vault'],
    ['SECRETS_ID', ''],
    ['SECRETS_TTL', 'soon'],
    ['SECRETS_TTL', '0'],
    ['SECRETS_BOOT_TIMEOUT', '1h'],
    ['AWS_REGION', undefined],
    ['AWS_ENDPOINT_URL_SECRETS_MANAGER', 'localhost:4566'],
  ])('refuses %s=%s by its name', (name, value) => {
    const result = secretsConfig.safeParse({
      SECRETS_PROVIDER: 'aws',
      AWS_REGION: 'us-east-1',
      [name]: value,
    });
    expect(result.error?.issues.map(({ path }) => path.join('.'))).toEqual([name]);
  });
});

it('the environment loads no SDK', async () => {
  jest.resetModules();
  jest.doMock('@aws-sdk/client-secrets-manager', () => {
    throw new Error('loaded');
  });
  const fresh = await import('./index');
  await fresh.openSecretStore(fresh.secretsConfig.parse({}), { env: {} });
  await expect(
    fresh.openSecretStore(fresh.secretsConfig.parse({ SECRETS_PROVIDER: 'aws', AWS_REGION: 'x' }), {
      env: {},
    }),
  ).rejects.toThrow('loaded');
  expect(new EnvSecretStore({}).lagMs).toBe(0);
});
