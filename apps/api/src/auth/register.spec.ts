import { refreshCookieOf } from '../testing/refresh-cookie';
import { TestDesk } from '../testing/test-desk';
import { SetupLink } from './setup-link';

const ANA = { email: 'Ana@Example.com', password: 'a long enough password', name: 'Ana Müller' };

describe('registration', () => {
  let desk: TestDesk;

  beforeEach(async () => {
    desk = await TestDesk.start();
  });
  afterEach(() => desk.close());

  it('makes a customer, signs it in and keeps no more of the password than its hash', async () => {
    const { body } = await desk.anonymous.post('/auth/register', ANA).expect(201);
    expect(body).toEqual({
      accessToken: expect.stringMatching(/^eyJ/),
      expiresIn: 900,
      user: {
        id: expect.stringMatching(/^[0-9a-f-]{14}7/),
        email: ANA.email,
        name: ANA.name,
        language: null,
        role: 'customer',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      },
    });
    const me = await desk.as({ token: body.accessToken }).get('/auth/me').expect(200);
    expect(me.body).toEqual(body.user);
    const [row] = await desk.rows<{ password_hash: string }>('select password_hash from "user"');
    expect(row?.password_hash).toMatch(/^\$argon2id\$/);
  });

  it('gives the refresh token in a cookie that no script reads and no other site sends', async () => {
    const cookie = refreshCookieOf(await desk.anonymous.post('/auth/register', ANA));
    expect(cookie.value).toMatch(/^[\w-]{43}$/);
    expect(cookie.attributes).toEqual({
      httponly: true,
      samesite: 'Strict',
      path: '/api/auth',
      'max-age': String(30 * 86_400),
      expires: expect.anything(),
    });
  });

  it.each([{ role: 'agent' }, { role: 'admin' }, { id: 'x' }, { disabled: false }])(
    'takes no role and no other field: %j',
    async (extra) => {
      const { body } = await desk.anonymous.post('/auth/register', { ...ANA, ...extra }).expect(400);
      expect(body.errors).toEqual([
        { pointer: `/${Object.keys(extra)[0]}`, detail: 'This field is not known' },
      ]);
      expect(await desk.rows('select 1 from "user"')).toEqual([]);
    },
  );

  it.each([
    [{ email: 'nobody' }, '/email'],
    [{ email: undefined }, '/email'],
    [{ password: 'short' }, '/password'],
    [{ password: 'x'.repeat(129) }, '/password'],
    [{ password: 'qwertyuiop' }, '/password'],
    [{ password: 'ana@example.com' }, '/password'],
    [{ password: 12345678901 }, '/password'],
    [{ name: '  ' }, '/name'],
    [{ name: 'a\u0000b' }, '/name'],
    [{ name: 'a\ud800b' }, '/name'],
    [{ name: 'x'.repeat(121) }, '/name'],
  ])('says which field is wrong: %j', async (wrong, pointer) => {
    const { body, headers } = await desk.anonymous.post('/auth/register', { ...ANA, ...wrong }).expect(400);
    expect(headers['content-type']).toContain('application/problem+json');
    expect(body).toMatchObject({ type: expect.stringMatching(/\/validation$/), errors: [{ pointer }] });
  });

  it('gives one address to one account, however it is written and however many ask at once', async () => {
    const tries = ['ana@example.com', 'ANA@example.com', 'ana@EXAMPLE.com', 'Ana@Example.com'];
    const answers = await Promise.all(
      tries.map((email) => desk.anonymous.post('/auth/register', { ...ANA, email })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
    expect(await desk.rows('select 1 from "user"')).toHaveLength(1);
  });

  it.each([
    ['straße@example.de', 'STRASSE@example.de'],
    ['οδός@example.gr', 'ΟΔΌΣ@example.gr'],
    ['İ@example.tr', 'i̇@example.tr'],
    ['иван@пример.рф', 'ИВАН@ПРИМЕР.РФ'],
  ])('lets in with the address in another letter case: %s, %s', async (registered, typed) => {
    await desk.anonymous.post('/auth/register', { ...ANA, email: registered }).expect(201);
    await desk.anonymous.post('/auth/register', { ...ANA, email: typed }).expect(409);
    const { body } = await desk.anonymous
      .post('/auth/login', { email: typed, password: ANA.password })
      .expect(200);
    expect(body.user.email).toBe(registered);
  });

  it('is safe to repeat with an Idempotency-Key, and only with the same body', async () => {
    const register = (given: object) =>
      desk.anonymous.post('/auth/register', { ...ANA, ...given }).set('Idempotency-Key', 'once');
    const first = await register({}).expect(201);
    const second = await register({}).expect(201);
    expect(second.body.user).toEqual(first.body.user);
    await register({ name: 'Somebody else' }).expect(422);
    await register({ password: 'another long password' }).expect(422);
    expect(await desk.rows('select 1 from "user"')).toHaveLength(1);
  });

  it('lets nobody in by repeating it who was disabled meanwhile', async () => {
    const register = () => desk.anonymous.post('/auth/register', ANA).set('Idempotency-Key', 'once');
    await register().expect(201);
    await desk.rows('update "user" set disabled_at = 1');
    await register().expect(401);
    expect(await desk.rows('select 1 from session')).toHaveLength(1);
  });
});

describe('the set-up link', () => {
  let desk: TestDesk;
  let token: string;
  const setUp = (given: object = {}) => desk.anonymous.post('/auth/setup', { ...ANA, token, ...given });

  beforeEach(async () => {
    desk = await TestDesk.start();
    const link = desk.app.get(SetupLink, { strict: false }).issue();
    token = new URL(link).searchParams.get('token') ?? '';
  });
  afterEach(() => desk.close());

  it('makes the first admin, once', async () => {
    expect((await desk.anonymous.get('/auth/options')).body).toMatchObject({
      setupRequired: true,
      resetLinks: 'none',
      demoAccounts: [],
    });
    const { body } = await setUp().expect(201);
    expect(body.user.role).toBe('admin');
    expect((await desk.anonymous.get('/auth/options')).body).toMatchObject({ setupRequired: false });
    await setUp({ email: 'second@example.com' }).expect(400);
    expect(await desk.rows(`select 1 from "user" where role = 'admin'`)).toHaveLength(1);
  });

  it('makes one admin only when it is used twice at once', async () => {
    const answers = await Promise.all([setUp(), setUp({ email: 'second@example.com' })]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('is worth nothing where somebody works at the desk already', async () => {
    await desk.signIn('agent');
    expect((await desk.anonymous.get('/auth/options')).body).toMatchObject({ setupRequired: false });
    await setUp().expect(409);
  });

  it('is not guessed', async () => {
    await setUp({ token: `${token}x` }).expect(400);
    await setUp({ token: '' }).expect(400);
    expect(await desk.rows('select 1 from "user"')).toEqual([]);
  });

  it('survives a mistake in the form', async () => {
    await setUp({ password: 'qwertyuiop' }).expect(400);
    await setUp({ role: 'admin' }).expect(400);
    await setUp().expect(201);
  });
});
