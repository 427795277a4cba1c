import { type FormerSecrets, SecretStore, type SecretStoreState, type SecretValues } from '@liftdesk/secrets';
import { JwtService } from '@nestjs/jwt';
import request from 'supertest';
import { HealthRegistry } from '@liftdesk/health';
import { TestDesk } from '../testing/test-desk';
import { AccessTokens } from './access-tokens';
import { keyIdOf, SigningKeys } from './signing-keys';

const FIRST = 'the first secret of this desk, long enough';
const SECOND = 'the second secret of this desk, long enough';
const THIRD = 'the third secret of this desk, long enough';
const LIFE = 900_000;

/** A store whose contents a test sets. */
class SettableSecretStore extends SecretStore {
  override lagMs = 0;
  /** What a refresh will find. */
  next: SecretValues | null = null;
  refreshes = 0;
  failure: string | null = null;
  readAt = Date.now();
  private remembered: readonly FormerSecrets[] = [];

  constructor(private present: SecretValues) {
    super();
  }

  rotate(values: SecretValues, replacedAt = Date.now()): void {
    this.remembered = [{ values: this.present, replacedAt }, ...this.remembered];
    this.present = values;
  }

  values(): SecretValues {
    return this.present;
  }
  former(): readonly FormerSecrets[] {
    return this.remembered;
  }
  async refresh(): Promise<void> {
    this.refreshes += 1;
    if (this.next) this.rotate(this.next);
    this.next = null;
  }
  state(): SecretStoreState {
    return { provider: 'aws', readAt: this.readAt, madeAt: null, failure: this.failure };
  }
  onEvent(): () => void {
    return () => undefined;
  }
  close(): void {
    // Nothing is open.
  }
}

describe('the secrets that sign', () => {
  const now = 1_000_000_000;
  const keysOf = (store: SecretStore, configured = { JWT_SECRET: FIRST }) =>
    new SigningKeys(store, configured, () => now);

  it('are the one of the store, else the one of the configuration', () => {
    expect(keysOf(new SettableSecretStore({})).accepted(LIFE)).toEqual([FIRST]);
    expect(keysOf(new SettableSecretStore({ JWT_SECRET: SECOND })).accepted(LIFE)).toEqual([SECOND]);
  });

  it('hold with the one before where it is named, in the store or in the configuration', () => {
    const named = { JWT_SECRET: FIRST, JWT_SECRET_PREVIOUS: THIRD };
    expect(
      keysOf(new SettableSecretStore({ JWT_SECRET: FIRST, JWT_SECRET_PREVIOUS: SECOND })).accepted(LIFE),
    ).toEqual([FIRST, SECOND]);
    expect(keysOf(new SettableSecretStore({}), named).accepted(LIFE)).toEqual([FIRST, THIRD]);
  });

  it('hold as long as what they signed, and not longer', () => {
    const store = new SettableSecretStore({ JWT_SECRET: FIRST });
    store.rotate({ JWT_SECRET: SECOND }, now - LIFE);
    expect(keysOf(store).accepted(LIFE)).toEqual([SECOND]);
    expect(keysOf(store).accepted(LIFE + 1)).toEqual([SECOND, FIRST]);
  });

  it('hold longer by the time in which other processes may still have signed with them', () => {
    const store = new SettableSecretStore({ JWT_SECRET: FIRST });
    store.lagMs = 300_000;
    store.rotate({ JWT_SECRET: SECOND }, now - LIFE - 299_999);
    expect(keysOf(store).accepted(LIFE)).toEqual([SECOND, FIRST]);
  });

  it('are each there once, and none that could never have signed', () => {
    const store = new SettableSecretStore({ JWT_SECRET: 'short' });
    store.rotate({ JWT_SECRET: SECOND, SMTP_PASSWORD: 'one' }, now);
    store.rotate({ JWT_SECRET: SECOND, SMTP_PASSWORD: 'other' }, now);
    store.rotate({ JWT_SECRET: SECOND }, now);
    expect(keysOf(store).accepted(LIFE)).toEqual([SECOND]);
  });

  it('are not the same for two purposes', () => {
    const keys = keysOf(new SettableSecretStore({}));
    const [links, others] = [keys.acceptedFor('file links', LIFE), keys.acceptedFor('others', LIFE)];
    expect(links[0]).toHaveLength(32);
    expect(links).not.toEqual(others);
    expect(keys.acceptedFor('file links', LIFE)).toEqual(links);
  });

  it('go by a name that tells nothing of them', () => {
    expect(keyIdOf(FIRST)).toMatch(/^[\w-]{10}$/);
    expect(keyIdOf(FIRST)).not.toBe(keyIdOf(SECOND));
  });
});

describe('when the signing secret rotates', () => {
  let store: SettableSecretStore;
  let desk: TestDesk;
  beforeEach(async () => {
    store = new SettableSecretStore({ JWT_SECRET: FIRST });
    desk = await TestDesk.start({ secrets: store });
  });
  afterEach(() => desk.close());

  const keyIdIn = (token: string): unknown =>
    JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid;

  it('tokens of before hold, new ones are signed by the new secret, and both work side by side', async () => {
    const before = await desk.signIn('agent');
    store.rotate({ JWT_SECRET: SECOND });
    const after = await desk.signIn('agent');
    expect([keyIdIn(before.token), keyIdIn(after.token)]).toEqual([keyIdOf(FIRST), keyIdOf(SECOND)]);
    await desk.as(before).get('/auth/me').expect(200);
    await desk.as(after).get('/auth/me').expect(200);
  });

  it('a token of before ends when its time is over', async () => {
    const before = await desk.signIn('agent');
    store.rotate({ JWT_SECRET: SECOND }, Date.now() - LIFE);
    await desk.as(before).get('/auth/me').expect(401);
  });

  it('a token that names a far end, as who has stolen the secret may write it, is not remembered that long', async () => {
    const { id, sessionId } = await desk.signIn('agent');
    const jwt = desk.app.get(JwtService, { strict: false });
    const options = { secret: FIRST, keyid: keyIdOf(FIRST), expiresIn: '10y' } as const;
    const token = await jwt.signAsync({ sub: id, sid: sessionId }, options);
    const tokens = desk.app.get(AccessTokens, { strict: false });
    expect(await tokens.sessionOf(token, Date.now())).toBe(sessionId);
    store.rotate({ JWT_SECRET: SECOND }, Date.now() - LIFE);
    expect(await tokens.sessionOf(token, Date.now() + LIFE)).toBeNull();
  });

  it('a token of the process that knew of it sooner holds: the secret is read for it', async () => {
    const agent = await desk.signIn('agent');
    const elsewhere = new SettableSecretStore({ JWT_SECRET: SECOND });
    const other = await TestDesk.start({ secrets: elsewhere });
    const token = await other.app.get(AccessTokens, { strict: false }).sign(agent.id, agent.sessionId);
    await other.close();
    store.next = { JWT_SECRET: SECOND };
    await desk.as({ token }).get('/auth/me').expect(200);
    await desk.as(agent).get('/auth/me').expect(200);
    expect(store.refreshes).toBe(1);
  });

  it('no token holds that neither secret signed, nor one that names a secret that did not sign it', async () => {
    const agent = await desk.signIn('agent');
    const forging = new SettableSecretStore({ JWT_SECRET: THIRD });
    const forger = await TestDesk.start({ secrets: forging });
    const forged = await forger.app.get(AccessTokens, { strict: false }).sign(agent.id, agent.sessionId);
    await forger.close();
    const [, claims, signature] = forged.split('.');
    const header = Buffer.from(JSON.stringify({ alg: 'HS256', typ: 'JWT', kid: keyIdOf(FIRST) })).toString(
      'base64url',
    );
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT', kid: keyIdOf(FIRST) })).toString(
      'base64url',
    );
    for (const token of [
      forged,
      `${header}.${claims}.${signature}`,
      `${none}.${claims}.`,
      'a.b.c',
      '.',
      `${none}..`,
    ])
      await desk.as({ token }).get('/auth/me').expect(401);
  });

  it('links of before hold, and new ones do', async () => {
    const agent = await desk.signIn('agent');
    const { body: ticket } = await desk.as(agent).post('/tickets', { subject: 'x', body: 'x' }).expect(201);
    const upload = desk.as(agent).post(`/tickets/${ticket.id}/attachments`);
    const { body: uploaded } = await upload.attach('attachments', Buffer.from('text'), 'a.txt').expect(201);
    const linkOf = async () =>
      (await desk.as(agent).get(`/attachments/${uploaded.items[0].id}/link`).expect(200)).body.url as string;
    const before = await linkOf();
    store.rotate({ JWT_SECRET: SECOND });
    const after = await linkOf();
    const signature = (url: string) => new URL(url, 'http://x').searchParams.get('signature');
    expect(signature(after)).not.toBe(signature(before));
    await request(desk.server).get(before).expect(200);
    await request(desk.server).get(after).expect(200);
    const refreshes = store.refreshes;
    await request(desk.server).get(`${after}x`).expect(403);
    expect(store.refreshes).toBe(refreshes + 1);
  });

  it('sessions go on: a refresh token has nothing to do with it', async () => {
    const agent = await desk.signIn('agent');
    store.rotate({ JWT_SECRET: SECOND }, Date.now() - LIFE);
    const renewed = await desk.anonymous
      .post('/auth/refresh')
      .set('Cookie', `liftdesk_refresh=${agent.refreshToken}`)
      .expect(200);
    await desk.as({ token: renewed.body.accessToken }).get('/auth/me').expect(200);
  });

  it('health tells how old the secrets are, and degrades when they cannot be read for long', async () => {
    const check = async () => {
      // A finding is kept for some seconds: this asks for one that is not.
      const registry = desk.app.get(HealthRegistry);
      const { status, checks } = await registry.report();
      return { status, secrets: checks['secrets'] };
    };
    store.failure = 'No answer about the secret';
    store.readAt = Date.now() - 3_600_000;
    expect(await check()).toMatchObject({
      status: 'degraded',
      secrets: { status: 'fail', message: 'read 3600 s ago: No answer about the secret' },
    });
    await desk.anonymous.post('/auth/login', { email: 'nobody@x.example', password: 'wrong' }).expect(401);
  });
});
