import type { Answer } from '../ask';
import { askApi, whyNoApi } from '../api-probe';
import { type DoctorCheck, type DoctorContext, failure, ok } from '../check';

const FOREIGN = 'https://doctor.foreign.invalid';

/** Asks as browsers do before they send: a foreign origin must be told nothing, each configured one must be let in. */
export const corsCheck: DoctorCheck = {
  name: 'cors',
  guide: '2. CORS errors in the browser',
  run: async (context, signal) => {
    const away = await whyNoApi(context, signal);
    if (away) return away;
    const foreign = await preflight(context, FOREIGN, signal);
    if (allows(foreign, FOREIGN))
      return failure(
        `a foreign origin is let in (${String(foreign.headers['access-control-allow-origin'])})`,
        {
          cause:
            'FRONTEND_URL of the running server is a wildcard, or the proxy or the CDN adds CORS headers of its own',
          fix: 'name the origins in FRONTEND_URL, restart, and take Access-Control-* headers out of proxy and CDN',
        },
      );
    const origins = context.config.http.FRONTEND_URL.filter((origin) => origin !== context.url.origin);
    for (const origin of origins) {
      const { status, headers } = await preflight(context, origin, signal);
      const answered = headers['access-control-allow-origin'];
      if (answered === origin && headers['access-control-allow-credentials'] === 'true' && status < 300)
        continue;
      return failure(`the client's own origin ${origin} is refused (it was answered ${answered ?? 'none'})`, {
        cause:
          'the running server has another FRONTEND_URL, or OPTIONS does not reach it through proxy or CDN',
        fix: `set FRONTEND_URL=${origin} exactly as browsers write it (scheme, host, port, no slash) and restart; let OPTIONS through`,
      });
    }
    return ok(`foreign origins are refused, ${origins.length || 'no other'} of FRONTEND_URL let in`);
  },
};

function preflight(context: DoctorContext, origin: string, signal: AbortSignal): Promise<Answer> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  return askApi(context, '/api/tickets', { method: 'OPTIONS', headers, signal });
}

function allows({ headers }: Answer, origin: string): boolean {
  const answered = headers['access-control-allow-origin'];
  return answered === origin || answered === '*';
}
