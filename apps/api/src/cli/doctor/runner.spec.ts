import { CheckFailedError, type DoctorCheck, type DoctorContext, ok, warning } from './check';
import { runChecks } from './runner';
import { renderJson, renderTable } from './render';
import { withoutSecrets } from './secrets';

const context = {} as DoctorContext;
const all = { skip: [], only: [] };
const never = () => new Promise<never>(() => undefined);
const check = (name: string, run: DoctorCheck['run'], more: Partial<DoctorCheck> = {}): DoctorCheck => ({
  name,
  run,
  ...more,
});

describe('the doctor', () => {
  it('gives one check that hangs its own time, and none of the others', async () => {
    const reports = await runChecks(
      { together: [check('hangs', never, { timeoutMs: 50 }), check('fine', () => ok('well'))], last: [] },
      context,
      all,
    );
    expect(reports).toMatchObject([
      { name: 'hangs', verdict: 'failure', message: 'no answer within 0.05 s', cause: expect.any(String) },
      { name: 'fine', verdict: 'ok' },
    ]);
  });

  it('tells a check that was cut off, so that it can tidy up, and waits for that', async () => {
    let tidied = false;
    const slow = check(
      'slow',
      async (_context, signal) => {
        try {
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(new Error('cut'))),
          );
        } finally {
          await new Promise((resolve) => setTimeout(resolve, 50));
          tidied = true;
        }
        return ok('never');
      },
      { timeoutMs: 20 },
    );
    await runChecks({ together: [slow], last: [] }, context, all);
    expect(tidied).toBe(true);
  });

  it('says why and what to do of whatever is thrown, and of the unknown that it is unknown', async () => {
    const thrown = [
      Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
      new Error('outer', { cause: Object.assign(new Error('inner'), { code: 'ENOSPC' }) }),
      new CheckFailedError('known', { cause: 'c', fix: 'f' }),
      new Error('odd'),
      'not even an error',
    ];
    const checks = thrown.map((error, n) =>
      check(`check${n}`, () => {
        throw error;
      }),
    );
    const reports = await runChecks({ together: checks, last: [] }, context, all);
    expect(reports.map(({ verdict, message, cause }) => [verdict, message, cause])).toEqual([
      ['failure', 'connect', 'the machine is there and nothing listens on that port'],
      ['failure', 'outer (inner)', 'the disk is full'],
      ['failure', 'known', 'c'],
      ['failure', 'odd', 'nothing is known of this failure but its message'],
      ['failure', 'not even an error', 'nothing is known of this failure but its message'],
    ]);
    expect(reports.every(({ fix }) => fix)).toBe(true);
  });

  it('makes the last check when all others are through', async () => {
    const order: string[] = [];
    const note = (name: string) =>
      check(name, async () => {
        await new Promise((resolve) => setTimeout(resolve, name === 'slow' ? 50 : 0));
        order.push(name);
        return ok(name);
      });
    await runChecks({ together: [note('slow'), note('quick')], last: [note('rude')] }, context, all);
    expect(order).toEqual(['quick', 'slow', 'rude']);
  });

  it('ends at once when somebody interrupts it, and makes no further check', async () => {
    const interrupt = new AbortController();
    const slow = check('slow', async (_context, signal) => {
      interrupt.abort();
      await new Promise((_resolve, reject) =>
        signal.aborted
          ? reject(new Error('cut'))
          : signal.addEventListener('abort', () => reject(new Error('cut'))),
      );
      return ok('never');
    });
    const made: string[] = [];
    const next = check('next', () => {
      made.push('next');
      return ok('never');
    });
    const reports = await runChecks({ together: [], last: [slow, next] }, context, {
      ...all,
      signal: interrupt.signal,
    });
    expect(reports.map(({ verdict, message }) => [verdict, message])).toEqual([
      ['skipped', 'interrupted'],
      ['skipped', 'interrupted'],
    ]);
    expect(made).toEqual([]);
  });

  it('leaves out what it is told to', async () => {
    const checks = {
      together: [check('a', () => ok('a')), check('b', () => ok('b'))],
      last: [check('c', () => ok('c'))],
    };
    const verdicts = async (options: { skip: string[]; only: string[] }) =>
      (await runChecks(checks, context, options)).map(({ verdict }) => verdict);
    expect(await verdicts({ skip: ['b'], only: [] })).toEqual(['ok', 'skipped', 'ok']);
    expect(await verdicts({ skip: [], only: ['c'] })).toEqual(['ok']);
  });
});

describe('what is shown', () => {
  const reports = [
    { name: 'fine', ms: 3, ...ok('well') },
    { name: 'storage', guide: '1. S3', ms: 12, ...warning('hm', { cause: 'because', fix: 'do' }) },
  ];

  it('is a line for each check, with cause and fix of what is not well', () => {
    const text = renderTable(reports, false);
    expect(text).toContain('ok       fine        3 ms  well');
    expect(text).toMatch(/warning {2}storage +12 ms {2}hm\n +cause: because\n +fix: {3}do\n/);
    expect(text).toContain('1 ok, 1 to look at, 0 failed');
    expect(text).not.toContain('\x1b');
    expect(renderTable(reports, true)).toContain('\x1b[33mwarning\x1b[0m');
  });

  it('is JSON for programs', () => {
    const parsed = JSON.parse(
      renderJson(reports, { url: 'http://localhost:5000', environment: 'production' }),
    );
    expect(parsed).toEqual({
      ok: true,
      url: 'http://localhost:5000',
      environment: 'production',
      checks: reports,
    });
  });

  it('holds no secret, whatever put it there', () => {
    const env = {
      JWT_SECRET: 'jwt-secret-value',
      DATABASE_URL: 'postgres://desk:p%40ss-word@db/desk',
      REDIS_PASSWORD: 'redis-password',
      AWS_SECRET_ACCESS_KEY: 'aws-key-value',
      SECRETS_ID: 'prod/support-ticket/api',
    };
    const said = [...Object.values(env), 'p@ss-word', 'from-the-store'].join(' | ');
    const [shown] = withoutSecrets(
      [{ name: 'x', ms: 1, verdict: 'failure', message: said, cause: said, fix: said }],
      env,
      ['from-the-store'],
    );
    const text = JSON.stringify(shown);
    for (const secret of ['jwt-secret', 'p%40ss', 'p@ss', 'redis-password', 'aws-key', 'from-the-store'])
      expect(text).not.toContain(secret);
    expect(text).toContain('prod/support-ticket/api');
  });
});
