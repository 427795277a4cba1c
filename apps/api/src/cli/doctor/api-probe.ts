import { ask, type Answer, jsonOf, type Question } from './ask';
import { failure, type DoctorContext, type Finding, skipped, warning } from './check';
import { isError } from './causes/error-chain';
import { explain } from './causes/explain';

const answers = new WeakMap<DoctorContext, Promise<Answer | Error>>();

/** `/health/live` at the address of the deployment, asked once for all checks; an Error where nobody answers. */
export function liveAnswer(context: DoctorContext, signal: AbortSignal): Promise<Answer | Error> {
  let answer = answers.get(context);
  if (answer === undefined) {
    const asked = ask(new URL('/health/live', context.url), { verified: false, signal });
    answer = asked.catch((error: unknown) => (isError(error) ? error : new Error(String(error))));
    answers.set(context, answer);
  }
  return answer;
}

/** Why a check over HTTP cannot be made; null where Liftdesk answers. */
export async function whyNoApi(context: DoctorContext, signal: AbortSignal): Promise<Finding | null> {
  const answer = await liveAnswer(context, signal);
  const reached = !isError(answer) && jsonOf(answer)['status'] === 'alive';
  return reached ? null : skipped(`the API does not answer at ${context.url.origin}`);
}

/** Asks below the address of the deployment. Certificates have a check of their own. */
export function askApi(context: DoctorContext, path: string, question: Question): Promise<Answer> {
  return ask(new URL(path, context.url), { verified: false, ...question });
}

/** What it means that nobody answers: expected where nobody named an address. */
export function notAnswering({ url, urlGiven }: DoctorContext, answer: Answer | Error): Finding {
  const fix = 'start the server, or say where it is: npm run doctor -- --url https://desk.example.com';
  if (!isError(answer)) {
    const message = `what answers at ${url.origin} is not Liftdesk (status ${answer.status})`;
    const cause = 'another program has that port, or the proxy does not pass /health on to the API';
    return failure(message, { cause, fix: 'forward /api, /health and /metrics to the API' });
  }
  const message = `the API does not answer at ${url.origin}, so nothing over HTTP was checked`;
  const cause = explain(answer).cause;
  return urlGiven ? failure(message, { cause, fix }) : warning(message, { cause, fix });
}

/** The API's own port on this machine, past every proxy. */
export function directUrl({ config: { http } }: DoctorContext): URL {
  const host =
    http.HOST === undefined || http.HOST === '0.0.0.0' || http.HOST === '::' ? '127.0.0.1' : http.HOST;
  return new URL(`http://${host.includes(':') ? `[${host}]` : host}:${http.PORT}`);
}

/** What is unhealthy is told by 503. */
const ANSWERED = new Set([200, 503]);

/**
 * What only operators are shown: from the API's own port where it is on this machine, else with the token, which goes
 * nowhere unencrypted. Null where neither is possible.
 */
export async function askAsOperator(
  context: DoctorContext,
  path: string,
  signal: AbortSignal,
): Promise<Answer | null> {
  const direct = await ask(new URL(path, directUrl(context)), { signal }).catch(() => null);
  if (direct !== null && ANSWERED.has(direct.status)) return direct;
  const token = context.config.health.HEALTH_TOKEN;
  if (token === undefined || context.url.protocol !== 'https:') return null;
  const headers = { authorization: `Bearer ${token}` };
  const answer = await ask(new URL(path, context.url), { headers, signal }).catch(() => null);
  return answer !== null && ANSWERED.has(answer.status) ? answer : null;
}
