import { freePort } from '@liftdesk/testing';
import Database from 'better-sqlite3';
import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { DIST, Installation } from './harness/built-api';
import { Client } from './harness/client';
import { Load, type Tally } from './harness/load';
import { Pm2 } from './harness/pm2';

const ROOT = resolve(__dirname, '../../..');
const AGENT = { email: 'maja@desk.example', password: 'a password for maja' };

/** The desk as it is on a machine: releases, a link to the current one, and PM2 with the ecosystem of the build. */
describe('PM2 reloads the one process that serves a file of SQLite', () => {
  const installation = new Installation();
  const path = (...names: string[]): string => join(installation.folder, ...names);
  let pm2: Pm2;
  let origin: string;
  let token: string;

  beforeAll(async () => {
    installation.migrate().addUser('agent', AGENT.email, AGENT.password);
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    symlinkSync(join(ROOT, 'node_modules'), path('node_modules'));
    release('one');
    release('bad', { JWT_SECRET: 'short' });
    current('one');
    const { PATH = '' } = process.env;
    const machine = { APP_DIR: installation.folder, NODE_ENV: 'production', PORT: String(port) };
    pm2 = new Pm2(installation.folder, { PATH, HOME: installation.folder, ...machine });
    await pm2.call('start', path('current/ecosystem.config.js'));
    token = (await new Client(origin).signIn(AGENT.email, AGENT.password)).token;
  });
  afterAll(async () => {
    await pm2.call('kill');
    installation.remove();
  });

  /** The build with its settings. */
  function release(name: string, given: Record<string, string> = {}): void {
    mkdirSync(path('releases', name, 'dist/apps'), { recursive: true });
    cpSync(DIST, path('releases', name, 'dist/apps/api'), { recursive: true });
    cpSync(join(ROOT, 'ecosystem.config.js'), path('releases', name, 'ecosystem.config.js'));
    const {
      PATH: _,
      NODE_ENV: __,
      PORT: ___,
      ...settings
    } = installation.env({
      FRONTEND_URL: 'https://desk.example.com',
      FROM_EMAIL: 'support@desk.example.com',
      MAIL_TRANSPORT: 'smtp',
      SMTP_HOST: '127.0.0.1',
      MAIL_WORKER: 'off',
      ...given,
    });
    const lines = Object.entries(settings).map(([variable, value]) => `${variable}="${value}"\n`);
    writeFileSync(path('releases', name, '.env.production'), lines.join(''));
  }

  function current(name: string): void {
    symlinkSync(path('releases', name), path('current.new'));
    renameSync(path('current.new'), path('current'));
  }

  const pidOf = async (): Promise<number | undefined> => (await pm2.processes())[0]?.pid;

  function expectNothingLost({ lost, tickets }: Tally): void {
    expect(lost).toEqual([]);
    const database = new Database(installation.databasePath, { readonly: true });
    const kept = new Set(database.prepare('select id from ticket').pluck().all());
    database.close();
    expect(tickets.filter((id) => !kept.has(id))).toEqual([]);
  }

  it('three times without one of 10,000 requests lost, each over a new connection', async () => {
    const load = new Load(origin, token);
    const pids = new Set([await pidOf()]);
    for (let n = 1; n <= 3; n += 1) {
      await load.goOn(500);
      await pm2.call('reload', 'liftdesk');
      pids.add(await pidOf());
    }
    const tally = await load.end(10_000);
    expectNothingLost(tally);
    expect([pids.size, tally.sent >= 10_000]).toEqual([4, true]);
  });

  it('not with a build that cannot start: the old one goes on, until PM2 is led to one that can', async () => {
    const load = new Load(origin, token);
    await load.goOn(100);
    current('bad');
    // What is seen later may be of the reload already, and PM2 ends the old one after its listen_timeout.
    const [before] = await pm2.processes();
    const reloaded = pm2.call('reload', 'liftdesk');
    for (;;) {
      const [now] = await pm2.processes();
      if (now && before && now.restarts >= before.restarts + 2) break;
      await pause(100);
    }
    await load.goOn(100);
    current('one');
    await reloaded;
    await load.goOn(100);
    expectNothingLost(await load.end());
    expect(await pm2.processes()).toMatchObject([{ status: 'online' }]);
  });

  it('nor beside a second process that is none of its own', async () => {
    const { code, stderr } = await installation.startInVain();
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Another Liftdesk process is using /)]);
    await pm2.call('scale', 'liftdesk', '2');
    const [first, second] = await pm2.processes();
    expect([first?.status, second?.status]).not.toEqual(['online', 'online']);
    const tally = await new Load(origin, token).end(300);
    expectNothingLost(tally);
  });
});
