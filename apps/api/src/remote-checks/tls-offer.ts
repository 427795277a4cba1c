import type { TlsOffer } from '../cli/doctor/ask';
import type { Remote } from './remote';

/** Long broken. Clients of these years offer nothing else, so that nobody needs them. */
export const OLD_TLS: TlsOffer = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' };

/** Ciphers of TLS 1.2: of 1.3 all are good. */
export const only12 = (ciphers: string): TlsOffer => ({
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: `${ciphers}:@SECLEVEL=0`,
});

/** What became of a handshake with one offer; `not-offered` where this machine itself cannot make it. */
export type OfferAnswer = 'accepted' | 'refused' | 'not-offered';

/** How servers refuse: by an alert, or by hanging up. */
const REFUSALS =
  /^ERR_SSL_.*ALERT|^ERR_SSL_(UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER|WRONG_SSL_VERSION|UNEXPECTED_EOF)|^(ECONNRESET|EPIPE|EPROTO)$/;
const OWN = /^ERR_SSL_NO_(PROTOCOLS_AVAILABLE|CIPHERS_AVAILABLE|CIPHER_MATCH)$|^ERR_TLS_/;

/** @throws whatever is neither: that nobody is there is no refusal, nor what is too weak for this machine to go on with */
export async function offer(remote: Remote, tls: TlsOffer, signal: AbortSignal): Promise<OfferAnswer> {
  try {
    await remote.ask('/health/live', { tls, verified: false, signal });
    return 'accepted';
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (signal.aborted) throw error;
    if (OWN.test(code)) return 'not-offered';
    if (REFUSALS.test(code)) return 'refused';
    throw error;
  }
}
