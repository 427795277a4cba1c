import {
  type APIRequestContext,
  type BrowserContextOptions,
  type Page,
  test as base,
  expect,
} from '@playwright/test';
import { Desk } from './desk';
import { Api } from './api';
import type { Person } from './people';
import { QuietPage } from './quiet-page';

export interface Visit extends BrowserContextOptions {
  /** Signed in already. Without it the visitor stands at the door. */
  as?: Person;
  /** Another desk than the one of this worker. */
  at?: Desk;
}

interface Closable {
  close(): Promise<void>;
}

interface Fixtures {
  /** Opens a browser of its own for somebody; every page in it has to stay quiet to the end. */
  visit: (visit?: Visit) => Promise<Page>;
  /** The same desk without a browser, for what a journey needs to be there already. */
  api: Api;
  /**
   * Closes at the end of the journey what it opened for itself, and after every page of it: what a page asks of a server
   * that is being stopped is no fault of either.
   */
  closeAtEnd: <T extends Closable>(opened: T) => T;
  /** Names what a page may complain about because the journey provokes it. */
  expectNoise: (page: Page, ...noise: RegExp[]) => void;
}

interface AutomaticFixtures {
  /** Keeps what the server said with the report of a journey that failed. */
  serverLog: void;
}

interface WorkerFixtures {
  desk: Desk;
}

/** The recorder of a journey puts a script into every frame; the frame of a mail lets none run. */
export const SANDBOX_NOISE = /^Blocked script execution in 'about:(blank|srcdoc)'/;

const listeners = new WeakMap<Page, QuietPage>();

export const test = base.extend<Fixtures & AutomaticFixtures, WorkerFixtures>({
  desk: [
    async ({}, use) => {
      const desk = await Desk.open();
      await use(desk);
      await desk.close();
    },
    { scope: 'worker' },
  ],
  serverLog: [
    async ({ desk }, use, info) => {
      const before = desk.log.length;
      await use();
      if (info.status === info.expectedStatus) return;
      await info.attach('server.log', { body: desk.log.slice(before), contentType: 'text/plain' });
    },
    { auto: true },
  ],
  api: async ({ desk, playwright }, use) => {
    const requests: APIRequestContext[] = [];
    await use(
      new Api(async () => {
        const request = await playwright.request.newContext({ baseURL: desk.url });
        requests.push(request);
        return request;
      }),
    );
    for (const request of requests) await request.dispose();
  },
  closeAtEnd: [
    async ({}, use) => {
      const opened: Closable[] = [];
      await use((one) => {
        opened.push(one);
        return one;
      });
      for (const one of opened.reverse()) await one.close();
    },
    // Automatic fixtures are set up before the others, and taken down after them.
    { auto: true },
  ],
  visit: async ({ browser, desk, contextOptions, viewport, locale, timezoneId }, use) => {
    const pages: Page[] = [];
    await use(async ({ as: person, at = desk, ...options } = {}) => {
      const context = await browser.newContext({
        ...contextOptions,
        viewport,
        locale,
        timezoneId,
        baseURL: at.url,
        ...options,
      });
      if (person) {
        const { email, password } = person;
        const answer = await context.request.post('/api/auth/login', { data: { email, password } });
        expect(answer.status(), `sign-in of ${email}`).toBe(200);
      }
      const page = await context.newPage();
      listeners.set(page, new QuietPage(page));
      pages.push(page);
      return page;
    });
    const complaints = pages.flatMap((page) => listeners.get(page)?.complaints() ?? []);
    // A page asks to the very end: what a journey does to its requests may be under way when its browser closes.
    for (const page of pages) await page.unrouteAll({ behavior: 'ignoreErrors' });
    for (const page of pages) await page.context().close();
    expect(complaints, 'errors on the console').toEqual([]);
  },
  expectNoise: async ({}, use) => {
    await use((page, ...noise) => listeners.get(page)?.expect(...noise));
  },
});

export { expect } from '@playwright/test';
