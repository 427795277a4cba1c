import { closeLogger, hideInLogs, logDelivery, requestLog } from './index';
import type { Logger } from './index';

export interface LogsUnderTest {
  /** Of level info. */
  logger: Logger;
  /** What has arrived so far, each line as it is kept. */
  lines(): string[];
  close(): Promise<void>;
}

const CANARY = 'kanarienvogel-4711';

/** The behaviour that every place for log lines has, wherever it is. */
export function describeLogTransport(name: string, create: () => Promise<LogsUnderTest>): void {
  describe(`log lines in ${name}`, () => {
    let under: LogsUnderTest;
    beforeEach(async () => {
      under = await create();
    });
    afterEach(() => under.close());

    async function kept(write: (logger: Logger) => void): Promise<Record<string, unknown>[]> {
      write(under.logger);
      await closeLogger(under.logger);
      return under.lines().map((line) => JSON.parse(line) as Record<string, unknown>);
    }

    it('have time, level, message, fields, service and environment', async () => {
      const [line] = await kept((logger) => logger.warn('ticket.opened', { ticketId: 'T1' }));
      expect(line).toEqual({
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        level: 'warn',
        message: 'ticket.opened',
        ticketId: 'T1',
        service: 'support-ticket-api',
        environment: 'test',
      });
    });

    it('are all there after closing, in order, however many', async () => {
      const lines = await kept((logger) => {
        for (let n = 0; n < 25_000; n += 1) logger.info('burst', { n });
      });
      expect(lines.map(({ n }) => n)).toEqual([...Array(25_000).keys()]);
    });

    it('are none after closing, and closing twice is fine', async () => {
      await kept((logger) => logger.info('in time'));
      under.logger.info('too late');
      await closeLogger(under.logger);
      expect(under.lines()).toHaveLength(1);
    });

    it('keep every script, and lines within a text', async () => {
      const text = 'Grüße 🎫 日本語 שלום\n"quoted"\u2028end';
      expect(await kept((logger) => logger.info('text', { text }))).toMatchObject([{ text }]);
    });

    it('are one JSON line each, though somebody logs megabytes', async () => {
      const fields = Object.fromEntries([...Array(40)].map((_, n) => [`field${n}`, '日本語'.repeat(2_600)]));
      const lines = await kept((logger) => {
        logger.info('before');
        logger.info('huge', fields);
        logger.info('after');
      });
      expect(lines.map(({ message }) => message)).toEqual(['before', 'huge', 'after']);
    });

    it('hold no secret, by its name or by its value', async () => {
      hideInLogs({
        anything: `${CANARY}/+$^ of the store`,
        port: '5432',
        engine: 'postgres',
        SMTP_PASSWORD: 'hush77',
      });
      await kept((logger) => {
        logger.info('by name', { DATABASE_URL: CANARY, DATABASE_ENCRYPTION_KEY: CANARY, JWT_SECRET: CANARY });
        logger.info('by value', {
          said: `it is ${CANARY}/+$^ of the store`,
          other: 'a hush77, port 5432 of postgres',
        });
        logger.error(
          new Error(`postgres://desk:${CANARY}@db.example:5432/desk refused ${CANARY}/+$^ of the store`),
        );
      });
      expect(under.lines()).toHaveLength(3);
      expect(under.lines().join('')).not.toMatch(new RegExp(`${CANARY}|hush77`));
      expect(under.lines()[1]).toContain('a [redacted], port 5432 of postgres');
    });

    it('leave out what the level hides', async () => {
      expect(await kept((logger) => logger.debug('hidden'))).toEqual([]);
    });

    it('take the line of a request as it was laid out', async () => {
      const lines = await kept((logger) => {
        const listeners: (() => void)[] = [];
        const answer = {
          on: (_: string, then: () => void) => listeners.push(then),
          getHeader: () => 2,
          statusCode: 200,
        };
        requestLog(logger)(
          { id: 'R1', method: 'GET', path: '/api/x' } as never,
          answer as never,
          () => undefined,
        );
        listeners.forEach((then) => then());
      });
      expect(lines).toMatchObject([{ route: '/api/x', requestId: 'R1', status: 200 }]);
    });

    it('are counted', async () => {
      await kept((logger) => logger.info('one'));
      expect(logDelivery(under.logger)).toEqual({ queued: 0, dropped: 0, failure: null, failingSince: null });
    });
  });
}
