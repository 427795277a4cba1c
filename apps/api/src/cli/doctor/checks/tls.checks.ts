import { isError } from '../causes/error-chain';
import { ask, isLoopback } from '../ask';
import { explain } from '../causes/explain';
import { type DoctorCheck, type DoctorContext, failure, type Finding, ok, skipped, warning } from '../check';

const DAY_MS = 86_400_000;
const FAIL_DAYS = 7;
const WARN_DAYS = 21;
export const RENEWAL = {
  cause: 'it should have been renewed 30 days before its end: the renewal does not run, or fails',
  fix: 'systemctl status certbot-renew.timer; sudo certbot renew --dry-run; port 80 must be open for the challenge; then sudo nginx -t and reload',
};

/** Days left, and whether browsers would trust it at all. */
export const certificateCheck: DoctorCheck = {
  name: 'certificate',
  guide: '3. SSL certificate renewal fails',
  run: async (context, signal) => {
    const { url } = context;
    if (url.protocol !== 'https:') return withoutTls(context);
    const { certificate } = await ask(new URL('/health/live', url), { verified: false, signal });
    if (certificate === null) return skipped('no certificate was shown');
    const days = Math.floor((Date.parse(certificate.valid_to) - context.now()) / DAY_MS);
    const left = `${days} days left, until ${new Date(certificate.valid_to).toISOString().slice(0, 10)}`;
    if (days < 0) return failure(`expired ${-days} days ago`, RENEWAL);
    if (days < FAIL_DAYS) return failure(left, RENEWAL);
    const untrusted = await ask(new URL('/health/live', url), {
      authorities: context.authorities,
      signal,
    }).then(
      () => null,
      (error: unknown) => error,
    );
    if (untrusted !== null)
      return failure(`not to be trusted: ${(untrusted as Error).message}`, explain(untrusted));
    return days < WARN_DAYS ? warning(left, RENEWAL) : ok(left);
  },
};

function withoutTls({ url, config }: DoctorContext): Finding {
  if (isLoopback(url) || config.app.NODE_ENV === 'development')
    return skipped('no TLS at this address: give the public one with --url https://…');
  return warning(`${url.origin} has no TLS`, {
    cause: 'passwords and tickets go over the network in the clear',
    fix: 'put nginx with a certificate, or the load balancer, in front, and give its address with --url https://…',
  });
}

/**
 * Who types the name without https must end at https.
 * @param plainOf where it is plain, for one on a port of its own
 */
export const redirectCheck = (plainOf = standardPlain): DoctorCheck => ({
  name: 'https-redirect',
  run: async ({ url }, signal) => {
    if (url.protocol !== 'https:') return skipped('no TLS at this address');
    const plain = plainOf(url);
    if (plain === null) return skipped(`a port of its own (${url.port}), of which no plain one is known`);
    const answer = await ask(plain, { signal }).catch((error: unknown) => error as Error);
    if (isError(answer))
      return warning(`nothing answers at ${plain.origin}: ${answer.message}`, {
        cause:
          'port 80 is closed: who types the name alone gets nothing, and Let’s Encrypt cannot renew over HTTP',
        fix: 'open port 80 and redirect it to https',
      });
    const target = answer.headers.location ?? '';
    if ([301, 302, 307, 308].includes(answer.status) && target.startsWith('https://'))
      return ok(`${plain.origin} leads to https`);
    return failure(`${plain.origin} answers ${answer.status} instead of leading to https`, {
      cause: 'passwords could be sent in the clear',
      fix: 'return 301 https://$host$request_uri; in the server of port 80',
    });
  },
});

const standardPlain = ({ hostname, port }: URL): URL | null =>
  port === '' ? new URL(`http://${hostname}/`) : null;
