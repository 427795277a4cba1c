import type { Answer } from '../../cli/doctor/ask';
import { failure, type Finding, ok, warning } from '../../cli/doctor/check';
import { explain } from '../../cli/doctor/causes/explain';
import { offer, OLD_TLS, only12 } from '../../remote-checks/tls-offer';
import { headerOf, look, notChecked, type SecurityCheck } from '../audit-check';

const DAY_MS = 86_400_000;
const LEAST_DAYS = 7;
const LEAST_RSA_BITS = 2_048;
const YEAR_S = 31_536_000;
const NO_TLS = notChecked('there is no TLS at this address');
const NOT_OFFERED = notChecked('this machine cannot offer what is old, to see it refused');
const STRONG = '!ECDHE+AESGCM:!ECDHE+CHACHA20:!DHE+AESGCM:!DHE+CHACHA20:!ECDHE+AESCCM:!DHE+AESCCM';
/** Without a key of its own for each connection, or broken. */
const WEAK = only12('kRSA:kPSK:aNULL:eNULL:3DES:RC4');
/** In use here and there, and no longer recommended. */
const DATED = only12(`ALL:${STRONG}:!kRSA:!kPSK:!aNULL:!eNULL:!3DES:!RC4`);
const CIPHERS_FIX = {
  cause: 'the server keeps ciphers for clients that no longer exist',
  fix: 'take the ciphers of deploy/machine’s nginx site; at a CDN or a load balancer the newest policy for TLS 1.2 and 1.3',
};

export const tlsVersionsCheck: SecurityCheck = {
  name: 'tls-versions',
  asvs: ['12.1.1'],
  run: async (context, signal) => {
    if (!context.remote.secure) return withoutTls();
    const { protocol } = await look(context, '/health/live', signal);
    const old = await offer(context.remote, OLD_TLS, signal);
    if (old === 'accepted')
      return failure('TLS 1.0 or 1.1 is spoken', {
        cause: 'both are broken, and forbidden since 2021 (RFC 8996)',
        fix: 'ssl_protocols TLSv1.2 TLSv1.3;',
      });
    if (protocol !== 'TLSv1.3')
      return warning(`${protocol ?? 'an unknown version'} is the newest that is spoken`, {
        cause: 'TLS 1.3 is off',
        fix: 'ssl_protocols TLSv1.2 TLSv1.3;',
      });
    if (old === 'not-offered') return NOT_OFFERED;
    return ok('TLS 1.3 is preferred, 1.0 and 1.1 are refused');
  },
};

export const tlsCiphersCheck: SecurityCheck = {
  name: 'tls-ciphers',
  asvs: ['12.1.2'],
  run: async (context, signal) => {
    if (!context.remote.secure) return NO_TLS;
    await look(context, '/health/live', signal);
    const [weak, dated] = [
      await offer(context.remote, WEAK, signal),
      await offer(context.remote, DATED, signal),
    ];
    if (weak === 'accepted')
      return failure('a cipher without forward secrecy, or a broken one, is accepted', CIPHERS_FIX);
    if (dated === 'accepted') return warning('a cipher in CBC mode is accepted', CIPHERS_FIX);
    if (weak === 'not-offered' || dated === 'not-offered') return NOT_OFFERED;
    return ok('of TLS 1.2 only ciphers with forward secrecy and authenticated encryption are accepted');
  },
};

export const certificateCheck: SecurityCheck = {
  name: 'certificate',
  asvs: ['12.2.2'],
  run: async (context, signal) => {
    if (!context.remote.secure) return NO_TLS;
    const answer = await context.remote
      .ask('/health/live', { signal })
      .catch((error: unknown) => error as Error);
    if (answer instanceof Error) return failure(`not to be trusted: ${answer.message}`, explain(answer));
    return soundCertificate(answer, context.now());
  },
};

function soundCertificate({ certificate }: Answer, now: number): Finding {
  if (certificate === null) return notChecked('no certificate was shown');
  const days = Math.floor((Date.parse(certificate.valid_to) - now) / DAY_MS);
  const { bits = 0, asn1Curve } = certificate;
  if (asn1Curve === undefined && bits < LEAST_RSA_BITS)
    return failure(`its key has ${bits} bits`, {
      cause: 'keys so short have been broken',
      fix: 'ask for a new certificate: certbot makes an ECDSA key unless told otherwise',
    });
  if (days < LEAST_DAYS)
    return failure(`${days} days left`, {
      cause: 'the renewal does not run, or fails',
      fix: 'sudo certbot renew --dry-run; docs/troubleshooting.md has the case',
    });
  return ok(`trusted, for this name, ${days} days left, key ${asn1Curve ?? `RSA ${bits}`}`);
}

export const httpsCheck: SecurityCheck = {
  name: 'https-only',
  asvs: ['12.2.1', '4.1.2'],
  run: async (context, signal) => {
    if (!context.remote.secure) return withoutTls();
    // A desk that is away answers nothing at all.
    await look(context, '/health/live', signal);
    const asked = ['/', '/api/auth/options'].map((path) => context.remote.askPlain(path, { signal }));
    const [page, api] = await Promise.all(asked.map((one) => one?.catch(() => null) ?? null));
    if (asked[0] === null) return notChecked('no address without TLS is known: give it with --connect-plain');
    if (page === null && api === null) return ok('nothing answers without TLS');
    for (const [what, answer] of [
      ['the page', page],
      ['the API', api],
    ] as const)
      if (answer && !leadsToHttps(answer))
        return failure(`${what} is answered without TLS, with status ${answer.status}`, {
          cause: 'passwords could be sent in the clear',
          fix: 'return 301 https://$host$request_uri; in nginx’s server of port 80',
        });
    return ok('what is asked without TLS is led to https, and nothing else');
  },
};

/** A redirect, or a refusal. */
function leadsToHttps(answer: Answer): boolean {
  if (answer.status >= 400) return true;
  return [301, 302, 307, 308].includes(answer.status) && headerOf(answer, 'location').startsWith('https://');
}

export const hstsCheck: SecurityCheck = {
  name: 'hsts',
  asvs: ['3.4.1'],
  run: async (context, signal) => {
    if (!context.remote.secure) return NO_TLS;
    for (const path of ['/', '/api/auth/options', '/no-such-file.js']) {
      const said = headerOf(await look(context, path, signal), 'strict-transport-security');
      const seconds = Number(/max-age=(\d+)/.exec(said)?.[1] ?? 0);
      if (seconds < YEAR_S)
        return failure(`${path} says ${said === '' ? 'nothing of HSTS' : `max-age=${seconds}`}`, {
          cause: 'a browser that comes by http once more can be led astray on the way',
          fix: 'add_header Strict-Transport-Security "max-age=31536000" always; and the same at the CDN',
        });
    }
    return ok('browsers are told to come by TLS only, for a year or longer');
  },
};

const withoutTls = (): Finding =>
  failure('there is no TLS at this address', {
    cause: 'passwords and tickets go over the network in the clear',
    fix: 'audit the address that people use, with https://; put a certificate in front of the desk',
  });
