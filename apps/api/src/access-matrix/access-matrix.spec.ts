import express from 'express';
import type { IncomingMessage } from 'node:http';
import request, { type Response } from 'supertest';
import type { Person } from '../testing/caller';
import { everything } from '../testing/failing-statements';
import { TestDesk } from '../testing/test-desk';
import { CALLERS, CallerName, Cell, NOTE_WORD, secretOf } from './cell';
import { EXPECTATIONS } from './expectations';
import { Ask, REQUESTS, methodOf } from './requests';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
  handle: { name: string; stack?: unknown };
}

/** What an application answers, as its router knows it; what cannot be looked into is told as such. */
function routesOf(application: unknown): string[] {
  const { router } = application as { router: { stack: Layer[] } };
  return router.stack.flatMap(({ route, handle }) => {
    if (route) return Object.keys(route.methods).map((method) => `${method.toUpperCase()} ${route.path}`);
    return handle.stack !== undefined || handle.name === 'mounted_app' ? ['a router of its own'] : [];
  });
}

/** Reads as far as the first piece, and leaves. */
function beginning(answer: IncomingMessage, done: (error: Error | null, text: string) => void): void {
  answer.once('data', (piece: Buffer) => {
    done(null, piece.toString());
    answer.destroy();
  });
}

/** All but one: refreshing the session of a disabled user is refused and ends it. */
const WRITE = /^(?!GET |POST \/api\/auth\/refresh$)/;

/** Before and after each refused write all rows are compared: a new desk from time to time keeps them few. */
const ROWS_OF_A_DESK = 12;

const CUSTOMERS: CallerName[] = ['anonymous', 'owner', 'stranger', 'disabled', 'expired'];

describe('who may do what', () => {
  let desk: TestDesk;
  let colleague: Person;

  async function open(): Promise<void> {
    desk = await TestDesk.start({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '100000' } });
    colleague = await desk.signIn('agent', { name: 'Colleague' });
  }
  beforeAll(open);
  afterAll(() => desk.close());

  async function ask(cell: Cell, route: string, given: Ask): Promise<Response> {
    const { caller, me, callerName } = cell;
    const test = /^\/(health|metrics)/.test(given.path)
      ? request(desk.server).get(given.path)
      : caller.send(methodOf(route), given.path);
    if (given.cookie && callerName !== 'anonymous')
      void test.set('Cookie', `liftdesk_refresh=${me.refreshToken}`);
    if (given.upload) void test.attach('attachments', Buffer.from('plain text'), 'plain.txt');
    if (given.lastEventId !== undefined) void test.set('Last-Event-ID', given.lastEventId);
    if (given.stream)
      void test.buffer(true).parse((answer, done) => beginning(answer as unknown as IncomingMessage, done));
    return given.body === undefined ? test : test.send(given.body);
  }

  const content = async (): Promise<string> => JSON.stringify(await everything(desk.database));

  /** What the answer holds that this caller may not be told. */
  function leaks({ callerName, me, them }: Cell, answer: Response): string[] {
    if (!CUSTOMERS.includes(callerName)) return [];
    const told = JSON.stringify([answer.headers, answer.text ?? answer.body]);
    const forbidden = [
      NOTE_WORD,
      secretOf(them),
      them.email,
      ...(callerName === 'anonymous' ? [secretOf(me)] : []),
    ];
    return forbidden.filter((word) => told.includes(word)).map((word) => `told ${word}`);
  }

  it('has an expectation for every route of the running application, and for no other', () => {
    const application: unknown = desk.app.getHttpAdapter().getInstance();
    expect(routesOf(application).sort()).toEqual(Object.keys(EXPECTATIONS).sort());
  });

  it('would see a router or an application that somebody mounts', () => {
    const application = express().get('/seen', () => undefined);
    application
      .use(
        '/a',
        express.Router().get('/unseen', () => undefined),
      )
      .use('/b', express());
    expect(routesOf(application)).toEqual(['GET /seen', 'a router of its own', 'a router of its own']);
  });

  it('knows how to ask for every route of the table', () => {
    expect(Object.keys(REQUESTS).sort()).toEqual(Object.keys(EXPECTATIONS).sort());
  });

  const rows = Object.entries(EXPECTATIONS).flatMap(([route, objects]) =>
    Object.entries(objects).map(([object, statuses]) => ({ route, object, statuses })),
  );
  let asked = 0;

  it.each(rows)('$route: $object', async ({ route, object, statuses }) => {
    asked += 1;
    if (asked % ROWS_OF_A_DESK === 0) await desk.close().then(open);
    const answered: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const [index, callerName] of CALLERS.entries()) {
      const cell = await Cell.make(desk, callerName, colleague);
      const build = REQUESTS[route] as (typeof REQUESTS)[string];
      const given = await build(cell, object);
      const mayNotWrite = WRITE.test(route) && (statuses[index] ?? 0) >= 400;
      const before = mayNotWrite ? await content() : '';
      const answer = await ask(cell, route, given);
      // A signed link is its own permission: whoever was given one reads the file.
      const told = route === 'GET /api/files/*key' ? [] : leaks(cell, answer);
      const changed = mayNotWrite && (await content()) !== before ? ['changed something'] : [];
      answered[callerName] = [answer.status, ...told, ...changed];
      expected[callerName] = [statuses[index]];
    }
    expect(answered).toEqual(expected);
  });
});
