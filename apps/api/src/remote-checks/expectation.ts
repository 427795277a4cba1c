import { type Answer, jsonOf } from '../cli/doctor/ask';
import { CheckFailedError, type Reason } from '../cli/doctor/check';

/**
 * @param asked what was asked, for people: `POST /api/tickets`
 * @throws CheckFailedError for any other status, with what the answer itself says of it
 */
export function expectStatus(answer: Answer, expected: number, asked: string): Answer {
  if (answer.status === expected) return answer;
  withinLimits(answer);
  throw new CheckFailedError(
    `${asked} is answered ${answer.status} instead of ${expected}`,
    reasonOf(answer),
  );
}

/** The version in a header: `nginx/1.22.1`. `AmazonS3`, which a CDN passes on, names none. */
export const VERSION_TOLD = /\/\s*v?\d|\d\.\d/;

/** This address has asked too much of late: what else would be answered cannot be told. */
export class LimitReachedError extends CheckFailedError {}

/** @throws LimitReachedError */
export function withinLimits(answer: Answer): Answer {
  if (answer.status !== 429) return answer;
  const seconds = answer.headers['retry-after'] ?? 'some';
  throw new LimitReachedError('this address has asked too much of late', {
    cause: `a rate limit holds: ${detailOf(answer) ?? 'too many requests from here'}`,
    fix: `try again in ${seconds} s`,
  });
}

/** @throws CheckFailedError unless it holds */
export function expectThat(holds: boolean, message: string, reason: Reason): asserts holds {
  if (!holds) throw new CheckFailedError(message, reason);
}

function reasonOf(answer: Answer): Reason {
  const { status, headers } = answer;
  if (status === 502 || status === 504)
    return {
      cause: 'the proxy has nobody behind it that answers in time',
      fix: 'pm2 status; the logs of the proxy and of the desk say more',
    };
  const id = headers['x-request-id'];
  return {
    cause: detailOf(answer) ?? 'it says nothing of why: it may not be the API that answers',
    fix:
      typeof id === 'string'
        ? `look for request ${id} in the log of the desk`
        : 'see whether proxy and CDN pass /api on',
  };
}

/** Of `application/problem+json`, as the API answers. */
function detailOf(answer: Answer): string | null {
  const { title, detail } = jsonOf(answer);
  const said = detail ?? title;
  return typeof said === 'string' ? said : null;
}
