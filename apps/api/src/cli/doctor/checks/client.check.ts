import { isError } from '../causes/error-chain';
import { askApi, liveAnswer, whyNoApi } from '../api-probe';
import { type Answer, jsonOf } from '../ask';
import { type DoctorCheck, type DoctorContext, failure, ok, skipped, warning } from '../check';

/** Longer than that a browser or a CDN may not keep the page without asking. */
const MAX_AGE_S = 300;
const PURGE =
  'aws cloudfront create-invalidation --distribution-id <id> --paths "/*"; the cache policy of the page follows the origin’s Cache-Control: no-cache';

/** Whether browsers get the client of this version, and not one that a cache has kept. */
export const clientCheck: DoctorCheck = {
  name: 'client',
  guide: '6. CloudFront serving stale content',
  run: async (context, signal) => {
    const away = await whyNoApi(context, signal);
    if (away) return away;
    const page = await askApi(context, '/', { headers: { accept: 'text/html' }, signal });
    if (page.status !== 200) return skipped(`no client is served there (status ${page.status})`);
    const kept = keptFor(page);
    if (kept > MAX_AGE_S)
      return failure(`the page may be kept for ${kept} s without asking`, {
        cause: 'a CDN or a proxy keeps index.html, so that a new version is not seen',
        fix: PURGE,
      });
    const missing = await missingAsset(context, page, signal);
    if (missing !== null)
      return failure(`the page asks for ${missing}, and it is not there`, {
        cause: 'the page is of another version than the files beside it',
        fix: PURGE,
      });
    return versionsAgree(context, signal);
  },
};

/** Seconds, by Cache-Control and what is told of the age already. */
function keptFor({ headers }: Answer): number {
  const control = String(headers['cache-control'] ?? '');
  if (/no-cache|no-store/.test(control)) return Number(headers.age ?? 0);
  const maxAge = Number(/(?:s-maxage|max-age)=(\d+)/.exec(control)?.[1] ?? 0);
  return Math.max(maxAge, Number(headers.age ?? 0));
}

async function missingAsset(
  context: DoctorContext,
  page: Answer,
  signal: AbortSignal,
): Promise<string | null> {
  const script = /<script[^>]+src="([^"]+\.js)"/.exec(page.body.toString('utf8'))?.[1];
  if (script === undefined) return null;
  const { status, headers } = await askApi(context, new URL(script, context.url).pathname, { signal });
  return status === 200 && /javascript/.test(String(headers['content-type'])) ? null : script;
}

async function versionsAgree(context: DoctorContext, signal: AbortSignal) {
  const told = await askApi(context, '/config.json', { signal });
  const live = await liveAnswer(context, signal);
  const health = jsonOf(await askApi(context, '/health', { signal }));
  const [client, api] = [jsonOf(told)['version'], health['version']];
  if (isError(live) || told.status !== 200 || client === undefined || api === undefined)
    return ok('the page is asked for anew, and its files are there');
  if (client === api) return ok(`the page is asked for anew; version ${String(api)}`);
  return warning(`/config.json says version ${String(client)}, the API is ${String(api)}`, {
    cause: 'a cache keeps /config.json, or the client was released apart from the API',
    fix: PURGE,
  });
}
