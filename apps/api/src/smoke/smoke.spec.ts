import { readdirSync } from 'node:fs';
import { RefusedError } from '../common/operator-errors';
import { Remote } from '../remote-checks/remote';
import { SMOKE_CHECK_NAMES } from './checks';
import { adminHousekeeping, databaseHousekeeping, type Housekeeping } from './housekeeping';
import { logFolderFinder } from './log-finder';
import { runSmoke, type SmokeOptions } from './smoke';
import { type Fault, FaultyProxy } from './testing/faulty-proxy';
import { byName, type Found, SmokeDesk } from './testing/smoke-desk';

const patience = AbortSignal.timeout(600_000);

describe('a smoke test', () => {
  let smoke: SmokeDesk;
  let before: unknown;

  beforeAll(async () => {
    smoke = await SmokeDesk.start();
    await smoke.desk.signIn('agent');
  });
  afterAll(() => smoke.close());
  beforeEach(async () => {
    before = await kept();
  });

  /** All rows and files that there are. */
  const kept = async (): Promise<unknown> => [
    await smoke.rows(),
    readdirSync(smoke.desk.uploadDir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name),
  ];

  it('finds a desk well that is, and leaves no row and no file behind', async () => {
    const found = await smoke.smokeBehind({}, { logs: logFolderFinder(smoke.logs), expectVersion: 'test' });
    expect(Object.values(found).filter((report) => report?.verdict !== 'ok')).toEqual([]);
    expect(Object.keys(found)).toEqual([...SMOKE_CHECK_NAMES, 'clean-up']);
    expect(await kept()).toEqual(before);
  });

  it('finds a machine well that leaves TLS to what stands before it', async () => {
    const address = { url: new URL('http://desk.example.com') };
    const remote = new Remote({ ...address, connect: { host: '127.0.0.1', port: smoke.port } });
    const housekeeping = databaseHousekeeping(smoke.desk.database, smoke.desk.config);
    const found = byName(await runSmoke({ remote, housekeeping, logs: logFolderFinder(smoke.logs) }));
    expect(Object.values(found).filter((report) => report?.verdict === 'failure')).toEqual([]);
    expect(found['tls']).toMatchObject({ verdict: 'skipped', message: expect.stringContaining('no TLS') });
    const fromElsewhere = await runSmoke({ remote: new Remote(address), housekeeping: null, only: ['tls'] });
    expect(fromElsewhere).toMatchObject([{ verdict: 'failure', message: `${remote.url.origin} has no TLS` }]);
  });

  it('can be made again at once: what is counted by address, it counts for itself alone', async () => {
    for (let round = 0; round < 3; round += 1) {
      const found = await smoke.smokeBehind({}, { only: ['rate-limit', 'sign-in', 'sign-in-limit'] });
      expect(Object.values(found).map((report) => report?.verdict)).toEqual(['ok', 'ok', 'ok', 'ok']);
    }
  });

  it('does not shut out those who share the address with it, unless it is told to', async () => {
    const proxy = await FaultyProxy.start(smoke.port);
    try {
      const { url, connect, certificate: authorities } = proxy;
      const remote = new Remote({ url, connect: { ...connect, host: 'localhost' }, authorities });
      const look = async (options: Partial<SmokeOptions>): Promise<Found> =>
        byName(await runSmoke({ remote, housekeeping: null, only: ['sign-in-limit'], ...options }));
      expect((await look({}))['sign-in-limit']).toMatchObject({
        verdict: 'skipped',
        message: expect.stringContaining('--try-sign-in-limit'),
      });
      expect(proxy.asked).toEqual([]);
      expect((await look({ trySignInLimit: true }))['sign-in-limit']).toMatchObject({ verdict: 'ok' });
      // Which the next one says in words.
      const admin = await smoke.desk.signIn('admin');
      await expect(adminHousekeeping(remote, admin, patience)).rejects.toThrow('answered 429');
    } finally {
      await proxy.stop();
    }
  });

  it('writes nothing where it is not to', async () => {
    const proxy = await FaultyProxy.start(smoke.port);
    try {
      const found = await smoke.smoke(proxy, { housekeeping: null, skip: ['sign-in-limit'] });
      expect(found['client']?.verdict).toBe('ok');
      for (const name of ['register', 'ticket-create', 'upload', 'sign-out'])
        expect(found[name]).toMatchObject({ verdict: 'skipped', message: 'left out' });
      expect(found['clean-up']).toBeUndefined();
      expect(proxy.asked.filter((asked) => !/^(GET|OPTIONS) /.test(asked))).toEqual([]);
      expect(await kept()).toEqual(before);
    } finally {
      await proxy.stop();
    }
  });

  it.each<[string, Fault]>([
    ['a check fails in the midst of it', failing(/messages$/)],
    ['the answer to a registration is lost', lost('/api/auth/register')],
    ['the answer to an upload is lost', lost(/attachments$/)],
  ])('leaves nothing behind when %s', async (_name, fault) => {
    const found = await smoke.smokeBehind(fault);
    expect(Object.values(found).some((report) => report?.verdict === 'failure')).toBe(true);
    expect(found['clean-up']?.verdict).toBe('ok');
    expect(await kept()).toEqual(before);
  });

  it('leaves nothing behind when somebody interrupts it', async () => {
    const interrupt = new AbortController();
    const fault: Fault = {
      change: (req) => {
        if (req.method === 'POST' && req.url === '/api/tickets') interrupt.abort();
      },
    };
    const found = await smoke.smokeBehind(fault, { signal: interrupt.signal });
    expect(found['ticket-create']).toMatchObject({ verdict: 'skipped', message: 'interrupted' });
    expect(found['sign-in-limit']).toMatchObject({ verdict: 'skipped', message: 'interrupted' });
    expect(found['clean-up']).toMatchObject({ verdict: 'ok', message: expect.stringContaining('1 account') });
    expect(await kept()).toEqual(before);
  });

  describe('with an admin to clean up', () => {
    /** @returns what was found, while an admin cleans up behind the same proxy */
    async function smokeAsAdmin(fault: Fault, options: Partial<SmokeOptions> = {}): Promise<Found> {
      const admin = await adminOf(smoke);
      before = await kept();
      const proxy = await FaultyProxy.start(smoke.port, fault);
      let housekeeping: Housekeeping | undefined;
      try {
        housekeeping = await adminHousekeeping(remoteAt(proxy), admin, patience);
        return await smoke.smoke(proxy, { housekeeping, ...options });
      } finally {
        await housekeeping?.close(patience);
        await proxy.stop();
      }
    }

    it('leaves nothing behind but that its admin was there, and has gone', async () => {
      const found = await smokeAsAdmin({});
      const visits = await smoke.desk.rows<{ rid: number; ended: number | null }>(
        `select s.rid, s.ended_at as ended from session s join "user" u on u.rid = s.user_rid
         where u.email like 'smoke-admin-%'`,
      );
      expect(visits).toEqual([{ rid: expect.anything(), ended: expect.anything() }]);
      await smoke.desk.rows('delete from session where rid = ?', [visits[0]?.rid]);
      expect(Object.values(found).filter((report) => report?.verdict === 'failure')).toEqual([]);
      expect(found['clean-up']).toMatchObject({
        verdict: 'ok',
        message: expect.stringContaining('2 accounts'),
      });
      expect(await kept()).toEqual(before);
    });

    it('names what could not be removed, and the command that removes it', async () => {
      const found = await smokeAsAdmin(swallowed('DELETE', /^\/api\/users\//), { only: ['register'] });
      const [person] = await smoke.desk.rows<{ email: string }>(
        `select email from "user" where name = 'Smoke Test'`,
      );
      expect(found['clean-up']).toMatchObject({
        verdict: 'failure',
        message: expect.stringContaining(`${person?.email} could not be removed`),
        fix: `on the machine: npm run user:erase -- --yes --email ${person?.email}`,
      });
      await databaseHousekeeping(smoke.desk.database, smoke.desk.config).erase(
        String(person?.email),
        patience,
      );
    });

    it('refuses before it has made anything where that is no admin', async () => {
      const proxy = await FaultyProxy.start(smoke.port);
      const remote = remoteAt(proxy);
      const open = (person: { email: string; password: string }) =>
        adminHousekeeping(remote, person, patience);
      const agent = await smoke.desk.signIn('agent');
      try {
        await expect(open(agent)).rejects.toThrow(/no admin .*role is agent/);
        const wrong = open({ ...agent, password: 'wrong' });
        await expect(wrong).rejects.toThrow(RefusedError);
      } finally {
        await proxy.stop();
      }
      await expect(open(agent)).rejects.toThrow(
        /Nobody answers at https:\/\/desk.example.com: .*nothing listens/,
      );
    });
  });

  it.each([
    ['simulator.amazonses.com', /^success\+liftdesk-smoke-\w+@simulator\.amazonses\.com/],
    ['smoke.example.com', /^liftdesk-smoke-\w+@smoke\.example\.com/],
  ])('is somebody whom mail does not hurt: at %s', async (mailDomain, expected) => {
    const { register } = await smoke.smokeBehind({}, { only: ['register'], mailDomain });
    expect(register?.message).toMatch(expected);
  });
});

describe('a smoke test of a desk where customers make no accounts', () => {
  let smoke: SmokeDesk;

  beforeAll(async () => {
    smoke = await SmokeDesk.start({ REGISTRATION: 'closed' });
  });
  afterAll(() => smoke.close());

  it('makes them in its database, and removes them', async () => {
    const before = await smoke.rows();
    const found = await smoke.smokeBehind({});
    expect(Object.values(found).filter((report) => report?.verdict === 'failure')).toEqual([]);
    expect(found['register']).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('database'),
    });
    expect(found['upload']?.verdict).toBe('ok');
    expect(await smoke.rows()).toEqual(before);
  });

  it('refuses where nobody can', async () => {
    const proxy = await FaultyProxy.start(smoke.port);
    try {
      const housekeeping = await adminHousekeeping(remoteAt(proxy), await adminOf(smoke), patience);
      await expect(smoke.smoke(proxy, { housekeeping })).rejects.toThrow(RefusedError);
      expect(proxy.asked).not.toContain('POST /api/auth/register');
    } finally {
      await proxy.stop();
    }
  });
});

function remoteAt({ url, connect, connectPlain, certificate: authorities }: FaultyProxy): Remote {
  return new Remote({ url, connect, connectPlain, authorities });
}

let admins = 0;
/** With no session but the one that signing in makes. */
async function adminOf({ desk }: SmokeDesk): Promise<{ email: string; password: string }> {
  const admin = await desk.signIn('admin', { email: `smoke-admin-${(admins += 1)}@people.example` });
  await desk.rows('delete from session where user_rid = ?', [admin.rid]);
  return admin;
}

const matches = (url: string | undefined, path: string | RegExp): boolean =>
  typeof path === 'string' ? url === path : path.test(url ?? '');

/** Reached the desk, and was done; nobody hears of it. */
function lost(path: string | RegExp): Fault {
  return {
    change: (req, answer) => {
      if (req.method === 'POST' && matches(req.url, path))
        Object.assign(answer, { status: 504, body: Buffer.from('') });
    },
  };
}

function failing(path: RegExp): Fault {
  return swallowed('POST', path);
}

function swallowed(method: string, path: RegExp): Fault {
  return {
    instead: (req, res) => {
      if (req.method !== method || !matches(req.url, path)) return false;
      req.resume();
      res.writeHead(502).end();
      return true;
    },
  };
}
