import type { Remote } from './remote';
import { offer, OLD_TLS } from './tls-offer';

const signal = AbortSignal.timeout(600_000);
const failing = (code: string): Remote =>
  ({ ask: () => Promise.reject(Object.assign(new Error(code), { code })) }) as unknown as Remote;

describe('what is offered in a handshake', () => {
  it.each([
    ['refused', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
    ['refused', 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE'],
    ['refused', 'ECONNRESET'],
    ['not-offered', 'ERR_SSL_NO_PROTOCOLS_AVAILABLE'],
    ['not-offered', 'ERR_SSL_NO_CIPHER_MATCH'],
  ])('is %s with %s', async (answer, code) => {
    expect(await offer(failing(code), OLD_TLS, signal)).toBe(answer);
  });

  it.each(['ECONNREFUSED', 'ETIMEDOUT', 'ENOTFOUND', 'ERR_SSL_DH_KEY_TOO_SMALL'])(
    'is not refused by who says %s',
    async (code) => {
      await expect(offer(failing(code), OLD_TLS, signal)).rejects.toThrow(code);
    },
  );

  it('is accepted by who answers, whatever the answer', async () => {
    const limited = { ask: () => Promise.resolve({ status: 429 }) } as unknown as Remote;
    expect(await offer(limited, OLD_TLS, signal)).toBe('accepted');
  });
});
