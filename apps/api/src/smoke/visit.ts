import { randomBytes, randomUUID } from 'node:crypto';
import { type Answer, jsonOf } from '../cli/doctor/ask';
import { Browser } from '../remote-checks/browser';
import { expectStatus } from '../remote-checks/expectation';
import type { Remote } from '../remote-checks/remote';

/** Somebody made up, with an account at the desk. */
export interface Account {
  readonly email: string;
  readonly password: string;
  readonly browser: Browser;
  /** The answer that made the account; null where it was not made over HTTP. */
  readonly registered: Answer | null;
}

export interface Ticket {
  readonly id: string;
  readonly number: number;
  /** A word that stands in no other ticket. */
  readonly word: string;
  readonly status: string;
  readonly version: number;
}

/** Makes an account where nobody may register. */
export type MakeAccount = (person: { email: string; password: string; name: string }) => Promise<void>;

export interface VisitOptions {
  readonly mailDomain: string;
  /** Instead of registering. */
  readonly makeAccount?: MakeAccount | undefined;
}

/** The simulator of SES takes all mail to it: nobody reads it, and it is neither a bounce nor a complaint. */
export const MAIL_SIMULATOR = 'simulator.amazonses.com';

const PATIENCE_MS = 9_000;

/**
 * What a visit to the desk makes, each when a check first needs it and then for all: so every check can be made alone.
 * Whatever may have been made is noted before it is asked for.
 */
export class Visit {
  /** Addresses of accounts that may be there, whatever was answered. */
  readonly emails: string[] = [];
  private readonly known = new Set<string>();
  private readonly made = new Map<string, Promise<unknown>>();

  constructor(
    readonly remote: Remote,
    private readonly options: VisitOptions,
  ) {}

  customer(signal: AbortSignal): Promise<Account> {
    return this.once('customer', () => this.register(signal));
  }

  /** Another customer, who must not see what the first one has. */
  stranger(signal: AbortSignal): Promise<Account> {
    return this.once('stranger', () => this.register(signal));
  }

  ticket(signal: AbortSignal): Promise<Ticket> {
    return this.once('ticket', async () => this.open(await this.customer(signal), signal));
  }

  /** @returns the same as the first time, or the same failure */
  once<T>(what: string, make: () => Promise<T>): Promise<T> {
    const known = this.made.get(what) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const made = make();
    this.made.set(what, made);
    return made;
  }

  /** It was asked for, and no answer says whether it is there. */
  isUnsure(email: string): boolean {
    return !this.known.has(email);
  }

  /** When nothing is being made any more. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.made.values());
  }

  /** Is not cut off with its check: what is half asked for may come to be all the same. */
  private async register(signal: AbortSignal): Promise<Account> {
    const person = {
      email: this.address(),
      password: randomBytes(18).toString('base64url'),
      name: 'Smoke Test',
    };
    const browser = new Browser(this.remote);
    this.emails.push(person.email);
    const { makeAccount } = this.options;
    if (makeAccount === undefined) {
      const patience = AbortSignal.timeout(PATIENCE_MS);
      const answer = await browser.ask('/api/auth/register', {
        method: 'POST',
        json: person,
        signal: patience,
      });
      if (answer.status < 500) this.known.add(person.email);
      return { ...person, browser, registered: expectStatus(answer, 201, 'POST /api/auth/register') };
    }
    await makeAccount(person);
    this.known.add(person.email);
    const { email, password } = person;
    const login = await browser.ask('/api/auth/login', { method: 'POST', json: { email, password }, signal });
    expectStatus(login, 200, 'POST /api/auth/login');
    return { ...person, browser, registered: null };
  }

  private address(): string {
    const name = `liftdesk-smoke-${randomBytes(6).toString('hex')}`;
    const { mailDomain } = this.options;
    return mailDomain === MAIL_SIMULATOR ? `success+${name}@${mailDomain}` : `${name}@${mailDomain}`;
  }

  private async open({ browser }: Account, signal: AbortSignal): Promise<Ticket> {
    const word = `smoke${randomUUID().replaceAll('-', '')}`;
    const answer = await browser.ask('/api/tickets', {
      method: 'POST',
      json: {
        subject: `Smoke test ${word}: it goes by itself`,
        body: 'Opened by the smoke test of a release. It is removed again when the test is over.',
        priority: 'low',
      },
      signal,
    });
    return { ...(jsonOf(expectStatus(answer, 201, 'POST /api/tickets')) as unknown as Ticket), word };
  }
}
