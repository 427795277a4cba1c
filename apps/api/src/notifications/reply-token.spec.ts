import { randomBytes } from 'node:crypto';
import { isOurAddress, makeReplyToken, readReplyToken, replyAddress } from './reply-token';

const secret = new Uint8Array(randomBytes(32));
const target = { ticketRid: 4711, userRid: 42 };

describe('a reply token', () => {
  const token = makeReplyToken(target, secret);

  it('says whose answer to which ticket it is, in either case of letters', () => {
    expect(readReplyToken(token, [secret])).toEqual(target);
    expect(readReplyToken(token.toUpperCase(), [secret])).toEqual(target);
  });

  it('holds after the secret was rotated, as long as the old one is known', () => {
    const next = new Uint8Array(randomBytes(32));
    expect(readReplyToken(token, [next, secret])).toEqual(target);
    expect(readReplyToken(token, [next])).toBeNull();
    expect(readReplyToken(token, [])).toBeNull();
  });

  it('cannot be made for another ticket or person', () => {
    const [ticket, user, mac] = token.split('.');
    for (const forged of [`1.${user}.${mac}`, `${ticket}.1.${mac}`, `${user}.${ticket}.${mac}`])
      expect(readReplyToken(forged, [secret])).toBeNull();
  });

  it('is refused when any of its characters is another one', () => {
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === 'a' ? 'b' : 'a';
      expect(readReplyToken(token.slice(0, at) + other + token.slice(at + 1), [secret])).toBeNull();
    }
  });

  it.each([
    '',
    '.',
    '..',
    'a.b',
    `${token}x`,
    `x${token}`,
    `${token}.a`,
    '1.2.',
    'é.1.aaaaaaaaaaaaaaaaaaaaaaaa',
  ])('is not %j', (text) => expect(readReplyToken(text, [secret])).toBeNull());

  it('fits into a local part, however large the desk grows', () => {
    const large = makeReplyToken({ ticketRid: 2 ** 31, userRid: 2 ** 31 }, secret);
    expect(replyAddress(large, 'support@desk.example', null)).toMatch(/^[^@]{1,64}@desk\.example$/);
    expect(replyAddress(large, `${'long'.repeat(8)}@desk.example`, null)).toBeNull();
    expect(replyAddress(large, `${'long'.repeat(8)}@desk.example`, 'r.example')).toMatch(/@r\.example$/);
    expect(readReplyToken(large, [secret])).toEqual({ ticketRid: 2 ** 31, userRid: 2 ** 31 });
  });

  it('stands in the address for answers', () => {
    expect(replyAddress('t', 'support@desk.example', null)).toBe('support+t@desk.example');
    expect(replyAddress('t', 'support@desk.example', 'reply.desk.example')).toBe(
      'reply+t@reply.desk.example',
    );
  });
});

describe('mail to ourselves', () => {
  it.each([
    ['support@desk.example', true],
    ['SUPPORT@Desk.Example', true],
    ['support+x.y.z@desk.example', true],
    ['anything@reply.desk.example', true],
    ['supporter@desk.example', false],
    ['ana@desk.example', false],
    ['support@example.com', false],
  ])('is to %s: %s', (address, ours) => {
    expect(isOurAddress(address, 'support@desk.example', 'reply.desk.example')).toBe(ours);
  });
});
