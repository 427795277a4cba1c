import * as argon2 from '@node-rs/argon2';
import { ValidationError } from '../common/domain-error';
import { COMMON_PASSWORDS } from './common-passwords';
import { assertGoodPassword, hashPassword, newPasswordSchema, passwordMatches } from './password';

jest.mock('@node-rs/argon2', () => {
  const real = jest.requireActual<typeof argon2>('@node-rs/argon2');
  return { ...real, verify: jest.fn(real.verify) };
});
const verify = jest.mocked(argon2.verify);

const OWASP = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/;

describe('a password', () => {
  it('is kept as argon2id with the figures that OWASP gives, each time with another salt', async () => {
    const [one, other] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(OWASP);
    expect(one).not.toBe(other);
    expect(await passwordMatches(one, 'correct horse')).toBe(true);
    expect(await passwordMatches(one, 'correct Horse')).toBe(false);
  });

  it('stays the same on a keyboard that composes its characters otherwise', async () => {
    const hash = await hashPassword('andre\u0301 ﬁne');
    expect(await passwordMatches(hash, 'andr\u00e9 fine')).toBe(true);
  });

  it('counts whole: nothing is cut off after 72 bytes', async () => {
    const long = 'ü'.repeat(127);
    const hash = await hashPassword(`${long}a`);
    expect(await passwordMatches(hash, `${long}b`)).toBe(false);
  });

  it('is compared at the same price where there is no account', async () => {
    verify.mockClear();
    expect(await passwordMatches(null, 'no account has this password')).toBe(false);
    expect(verify).toHaveBeenCalledTimes(1);
    expect(verify.mock.calls[0]?.[0]).toMatch(OWASP);
  });

  it.each([
    ['123456789', false],
    ['1234567890', true],
    ['x'.repeat(128), true],
    ['x'.repeat(129), false],
  ])('has 10 to 128 characters: %s', (password, good) => {
    expect(newPasswordSchema.safeParse(password).success).toBe(good);
  });

  it.each(['qwertyuiop', 'QWERTYUIOP', ' basketball ', 'ｑｗｅｒｔｙｕｉｏｐ', 'Password123'])(
    'is none of the commonest, however written: %s',
    (password) => expect(() => assertGoodPassword(password, 'ana@example.com')).toThrow(ValidationError),
  );

  it('is none of those of the 10,000 commonest that the length rule lets pass', () => {
    expect(COMMON_PASSWORDS.size).toBe(145);
    expect([...COMMON_PASSWORDS].filter((password) => password.length < 10)).toEqual([]);
  });

  // Written down from what is said of leaks, not from the list.
  it.each([
    '1234567890',
    '12345678910',
    '1q2w3e4r5t',
    '1qaz2wsx3edc',
    'q1w2e3r4t5',
    'qwerty12345',
    'password123',
    'liverpool1',
    'manchester',
    'basketball',
  ])('is not %s, which everybody tries', (password) => {
    expect(newPasswordSchema.safeParse(password).success).toBe(true);
    expect(() => assertGoodPassword(password, 'ana@example.com')).toThrow(ValidationError);
  });

  it.each([
    ['ana.mueller@example.com', 'ana.mueller@example.com'],
    ['ANA.MUELLER@example.com', 'ana.mueller@example.com'],
    ['ana.mueller', 'ana.mueller@example.com'],
    ['straßenbahn@example.de', 'STRASSENBAHN@example.de'],
  ])('is not the e-mail address: %s for %s', (password, email) => {
    expect(() => assertGoodPassword(password, email)).toThrow(ValidationError);
  });

  it('may be anything else, spaces and other scripts too', () => {
    expect(() => assertGoodPassword('пароль из слов', 'ana@example.com')).not.toThrow();
    expect(() => assertGoodPassword('correct horse', 'ana@example.com')).not.toThrow();
  });
});
