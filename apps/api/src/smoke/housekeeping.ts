import type { DataSource } from 'typeorm';
import { jsonOf } from '../cli/doctor/ask';
import { explain } from '../cli/doctor/causes/explain';
import type { Output } from '../cli/operator';
import { makeUser } from '../cli/user-create';
import { RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { Browser } from '../remote-checks/browser';
import { expectStatus } from '../remote-checks/expectation';
import type { Remote } from '../remote-checks/remote';
import { normaliseEmail } from '../users/email';
import { eraseByEmail } from '../users/erasure/erase-by-email';
import { User } from '../users/user.entity';
import type { MakeAccount } from './visit';

const PATIENCE_MS = 10_000;

/** Who removes again what a smoke test has made. */
export interface Housekeeping {
  /** Makes accounts where customers may not; null where it cannot either. */
  readonly makeAccount: MakeAccount | null;
  /**
   * Erases a customer with all that was theirs.
   * @returns false where there is none
   */
  erase(email: string, signal: AbortSignal): Promise<boolean>;
  close(signal: AbortSignal): Promise<void>;
}

/** On the machine itself, through the service that the API uses for it. */
export function databaseHousekeeping(dataSource: DataSource, config: Config): Housekeeping {
  return {
    makeAccount: (person) => makeUser(dataSource, { ...person, role: 'customer' }),
    erase: async (email) => {
      if (!(await dataSource.manager.existsBy(User, { emailNorm: normaliseEmail(email) }))) return false;
      await eraseByEmail(dataSource, config, email);
      return true;
    },
    close: () => Promise.resolve(),
  };
}

/**
 * From anywhere, as an admin of the desk.
 * @throws RefusedError where this is none, StartupError where nobody answers
 */
export async function adminHousekeeping(
  remote: Remote,
  { email, password }: { email: string; password: string },
  signal: AbortSignal,
): Promise<Housekeeping> {
  const browser = new Browser(remote);
  const login = { method: 'POST', json: { email, password }, signal };
  const answer = await browser.ask('/api/auth/login', login).catch((error: unknown) => {
    const { message } = error as Error;
    throw new StartupError(`Nobody answers at ${remote.url.origin}: ${message} (${explain(error).cause})`, {
      cause: error,
    });
  });
  const { user, detail } = jsonOf(answer) as { user?: { role?: string }; detail?: string };
  if (user?.role !== 'admin') {
    const why =
      user === undefined
        ? `answered ${answer.status}${detail ? `: ${detail}` : ''}`
        : `its role is ${user.role}`;
    throw new RefusedError(`SMOKE_ADMIN_EMAIL is no admin who could clean up (${why}). Nothing was made`);
  }
  return {
    makeAccount: null,
    erase: (customer, until) => eraseAsAdmin(browser, customer, until),
    close: async (until) => void (await browser.ask('/api/auth/logout', { method: 'POST', signal: until })),
  };
}

/** What was found stands, whatever becomes of the session of who cleaned up. */
export async function leave(housekeeping: Housekeeping | null, output: Output): Promise<void> {
  await housekeeping?.close(AbortSignal.timeout(PATIENCE_MS)).catch((error: Error) => {
    output.line(`The admin’s session could not be ended: ${error.message}`);
  });
}

async function eraseAsAdmin(browser: Browser, email: string, signal: AbortSignal): Promise<boolean> {
  const list = await browser.ask(`/api/users?${new URLSearchParams({ q: email })}`, { signal });
  const { items } = jsonOf(expectStatus(list, 200, 'GET /api/users')) as {
    items: { id: string; email: string }[];
  };
  const found = items.find((user) => user.email === email);
  if (found === undefined) return false;
  const path = `/api/users/${found.id}`;
  expectStatus(await browser.ask(path, { method: 'DELETE', signal }), 204, 'DELETE /api/users/{id}');
  expectStatus(await browser.ask(path, { signal }), 404, 'GET /api/users/{id} after it was erased');
  return true;
}
