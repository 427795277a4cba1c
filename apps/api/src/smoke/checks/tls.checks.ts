import { failure, type Finding, ok, skipped, warning } from '../../cli/doctor/check';
import { RENEWAL } from '../../cli/doctor/checks/tls.checks';
import { expectThat } from '../../remote-checks/expectation';
import { offer, OLD_TLS, only12 } from '../../remote-checks/tls-offer';
import type { SmokeCheck, SmokeContext } from '../context';

const DAY_MS = 86_400_000;
const FAIL_DAYS = 14;
const WARN_DAYS = 21;

/** With these whoever once gets the key reads everything that was ever recorded. */
const WITHOUT_FORWARD_SECRECY = only12('AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA:AES128-SHA');
const PROTOCOLS = {
  cause: 'the proxy or the CDN allows them',
  fix: 'ssl_protocols TLSv1.2 TLSv1.3; of CloudFront the policy TLSv1.2_2021, of a load balancer ELBSecurityPolicy-TLS13-1-2-2021-06',
};

export const tlsCheck: SmokeCheck = {
  name: 'tls',
  run: async (context, signal) => {
    if (!context.remote.secure) return withoutTls(context);
    const { protocol } = await context.remote.ask('/health/live', { signal });
    expectThat(protocol === 'TLSv1.2' || protocol === 'TLSv1.3', `it speaks ${String(protocol)}`, PROTOCOLS);
    const old = await offer(context.remote, OLD_TLS, signal);
    if (old === 'accepted') return failure('TLS 1.0 or 1.1 is accepted', PROTOCOLS);
    const recorded = await offer(context.remote, WITHOUT_FORWARD_SECRECY, signal);
    if (recorded === 'accepted')
      return warning('ciphers without forward secrecy are accepted', {
        cause: 'the proxy allows ciphers that exchange no key of their own for each connection',
        fix: 'ssl_ciphers with ECDHE only',
      });
    if (old === 'not-offered' || recorded === 'not-offered')
      return skipped(`${protocol}; what is old cannot be offered from this machine, to see it refused`);
    return ok(`${protocol}; 1.0, 1.1 and ciphers without forward secrecy are refused`);
  },
};

/** It is valid for a while, for this name, and of an authority that is trusted. */
export const certificateCheck: SmokeCheck = {
  name: 'certificate',
  run: async (context, signal) => {
    const { remote, now } = context;
    if (!remote.secure) return withoutTls(context);
    // What it says of itself first: of one that has run out the handshake says no more than that.
    const { certificate } = await remote.ask('/health/live', { verified: false, signal });
    if (certificate === null) return skipped('no certificate was shown');
    const days = Math.floor((Date.parse(certificate.valid_to) - now()) / DAY_MS);
    if (days < FAIL_DAYS)
      return failure(days < 0 ? `expired ${-days} days ago` : `${days} days left`, RENEWAL);
    await remote.ask('/health/live', { signal });
    const message = `for ${remote.url.hostname}, ${days} days left`;
    return days < WARN_DAYS ? warning(message, RENEWAL) : ok(message);
  },
};

/** Who types the name without https ends at https. */
export const redirectCheck: SmokeCheck = {
  name: 'https-redirect',
  run: async (context, signal) => {
    const { remote } = context;
    if (!remote.secure) return withoutTls(context);
    const asked = remote.askPlain('/tickets?smoke=1', { signal });
    if (asked === null)
      return skipped('no plain address is known for a port of its own: give it with --connect-plain');
    const { status, headers } = await asked;
    const right = `https://${remote.url.hostname}`;
    expectThat(
      [301, 308].includes(status) && String(headers.location).startsWith(right),
      `http://${remote.url.hostname} is answered ${status} ${headers.location ?? ''} and does not lead to ${right}`,
      {
        cause: 'passwords could be sent in the clear',
        fix: 'return 301 https://$host$request_uri; in the server of port 80',
      },
    );
    return ok(`http leads to ${right}`);
  },
};

export function withoutTls({ remote: { url, here } }: SmokeContext): Finding {
  if (here) return skipped('no TLS on this machine itself: that is for what stands before it');
  return failure(`${url.origin} has no TLS`, {
    cause: 'passwords and tickets go over the network in the clear',
    fix: 'put nginx with a certificate, a load balancer or a CDN in front, and give its address with https://',
  });
}
