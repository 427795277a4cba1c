import type { ConsoleMessage, Page } from '@playwright/test';

/** How a visitor without a session learns that there is none. */
const NO_SESSION = /401 .*\/api\/auth\/refresh/;

/**
 * Listens for what no page may do: write an error to the console, throw, or break its content security policy. What a
 * journey provokes on purpose it names by `expect`.
 */
export class QuietPage {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [NO_SESSION];

  constructor(page: Page) {
    page.on('console', (message) => {
      if (message.type() === 'error' || /content security policy/i.test(message.text()))
        this.heard.push(wordsOf(message));
    });
    page.on('pageerror', (error) => this.heard.push(`${error.name}: ${error.message}`));
  }

  /** @param noise of lines such as `412 (Precondition Failed) http://…/api/tickets/5` */
  expect(...noise: RegExp[]): void {
    this.expected.push(...noise);
  }

  /** What was heard and not expected. */
  complaints(): string[] {
    return this.heard.filter((line) => !this.expected.some((pattern) => pattern.test(line)));
  }
}

/** A failed request as its status and address, anything else as it was written. */
function wordsOf(message: ConsoleMessage): string {
  const failed = /^Failed to load resource: (?:the server responded with a status of )?(.*)$/.exec(
    message.text(),
  );
  return failed ? `${failed[1]} ${message.location().url}` : `${message.text()} (${message.location().url})`;
}
