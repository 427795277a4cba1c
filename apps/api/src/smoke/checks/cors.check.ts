import type { Answer } from '../../cli/doctor/ask';
import { ok } from '../../cli/doctor/check';
import { expectThat } from '../../remote-checks/expectation';
import type { SmokeCheck, SmokeContext } from '../context';

const FOREIGN = 'https://smoke.foreign.invalid';

/** Asks as browsers do before they send: the client's origin is let in, another is told nothing. */
export const corsCheck: SmokeCheck = {
  name: 'cors',
  run: async (context, signal) => {
    for (const answer of [await preflight(context, FOREIGN, signal), await plain(context, FOREIGN, signal)])
      expectThat(!isLetIn(answer, FOREIGN), `a foreign origin is let in (${allowedBy(answer)})`, {
        cause: 'FRONTEND_URL is a wildcard, or proxy or CDN add CORS headers of their own',
        fix: 'name the origins in FRONTEND_URL, restart, and take Access-Control-* out of proxy and CDN',
      });
    const { clientOrigin, remote } = context;
    const answer = await preflight(context, clientOrigin, signal);
    if (clientOrigin === remote.url.origin && allowedBy(answer) === '')
      return ok('foreign origins are refused; the client is of the same origin and needs none');
    const letIn =
      isLetIn(answer, clientOrigin) && answer.headers['access-control-allow-credentials'] === 'true';
    expectThat(letIn && answer.status < 300, `the client's own origin ${clientOrigin} is refused`, {
      cause: 'it does not stand in FRONTEND_URL, or OPTIONS does not reach the desk through proxy or CDN',
      fix: `set FRONTEND_URL=${clientOrigin} exactly as browsers write it and restart; let OPTIONS through`,
    });
    return ok(`${clientOrigin} is let in, foreign origins are refused`);
  },
};

function preflight({ remote }: SmokeContext, origin: string, signal: AbortSignal): Promise<Answer> {
  const headers = {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  };
  return remote.ask('/api/tickets', { method: 'OPTIONS', headers, signal });
}

/** What needs no asking before. */
const plain = ({ remote }: SmokeContext, origin: string, signal: AbortSignal): Promise<Answer> =>
  remote.ask('/api/auth/options', { headers: { origin }, signal });

const allowedBy = ({ headers }: Answer): string => String(headers['access-control-allow-origin'] ?? '');
const isLetIn = (answer: Answer, origin: string): boolean =>
  [origin, '*', 'null'].includes(allowedBy(answer));
