import type { NamedCheck } from '@liftdesk/health';
import { logDelivery, type Logger } from '@liftdesk/logging';

/** A service that throttles for a moment is no failure: the lines wait. */
const PATIENCE_MS = 30_000;

/** Whether log lines get to where they are kept. Nobody's request depends on it. */
export function logCheck(logger: Logger, now: () => number = Date.now): NamedCheck {
  return {
    name: 'logs',
    critical: false,
    check: () => {
      const { queued, dropped, failure, failingSince } = logDelivery(logger);
      const counts = `${queued} lines wait, ${dropped} were lost since the start`;
      const message = failure === null ? counts : `${counts}: ${failure}`;
      if (failingSince !== null && now() - failingSince > PATIENCE_MS) throw new Error(message);
      return { message, warn: failure !== null || dropped > 0 };
    },
  };
}
