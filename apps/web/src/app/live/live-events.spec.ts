import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session, type SessionState } from '../session/session';
import { CLIENT_CONFIG } from '../shared/config/client-config';
import { Maintenance } from '../shared/http/maintenance';
import { aConfig, aMaintenance } from '../testing/api-objects';
import { LiveServer, rest } from '../testing/live-server';
import type { LiveEvent } from './live-event';
import { LiveEvents } from './live-events';

const CHANGED = { ticketId: 't1', number: 1, version: 4, status: 'open' };

describe('live events', () => {
  const state = signal<SessionState>('signed-in');
  let token: string;
  let recover: jest.Mock;
  let server: LiveServer;
  let live: LiveEvents;
  let heard: LiveEvent[];
  let visibility: DocumentVisibilityState;

  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(Math, 'random').mockReturnValue(0.5);
    visibility = 'visible';
    jest.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
    state.set('signed-in');
    token = 'token-1';
    recover = jest.fn(() => {
      token = 'token-2';
      return Promise.resolve(true);
    });
    server = new LiveServer();
    heard = [];
    TestBed.configureTestingModule({
      providers: [
        server.provide(),
        { provide: Session, useValue: { state, accessToken: () => token, recover } },
      ],
    });
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  async function begin(): Promise<void> {
    live = TestBed.inject(LiveEvents);
    live.events.subscribe((event) => heard.push(event));
    TestBed.tick();
    await rest();
  }
  async function pass(ms: number): Promise<void> {
    jest.advanceTimersByTime(ms);
    TestBed.tick();
    await rest();
  }
  async function open(): Promise<void> {
    server.last.accept().event('hello', { id: '10' });
    await rest();
  }
  async function look(now: DocumentVisibilityState): Promise<void> {
    visibility = now;
    document.dispatchEvent(new Event('visibilitychange'));
    TestBed.tick();
    await rest();
  }

  it('tell of a maintenance and of its end', async () => {
    await begin();
    await open();
    const { notice } = TestBed.inject(Maintenance);
    server.last.event('maintenance', { maintenance: aMaintenance() });
    await rest();
    expect(notice()).toEqual(aMaintenance());
    server.last.event('maintenance', { maintenance: null });
    await rest();
    expect(notice()).toBeNull();
    expect(heard.filter(({ type }) => type !== 'resync')).toEqual([]);
  });

  it('have it asked for where they tell of a maintenance in other words', async () => {
    await begin();
    await open();
    const look = jest.spyOn(TestBed.inject(Maintenance), 'look').mockResolvedValue();
    server.last.send('event: maintenance\ndata: soon\n\n');
    await rest();
    expect(look).toHaveBeenCalledTimes(1);
  });

  it('come by a stream that carries the token', async () => {
    await begin();
    expect(server.last.url).toBe('/api/events');
    expect(server.last.header('Authorization')).toBe('Bearer token-1');
    expect(live.state()).toBe('connecting');
    await open();
    server.last.event('ticket.changed', CHANGED, '11');
    await rest();
    expect(live.state()).toBe('live');
    expect(heard).toEqual([{ type: 'resync' }, { type: 'ticket.changed', ...CHANGED }]);
  });

  it('come from the API of another origin', async () => {
    const useValue = aConfig({}, { apiBase: 'https://api.example.com/api' });
    TestBed.overrideProvider(CLIENT_CONFIG, { useValue });
    await begin();
    expect(server.last.url).toBe('https://api.example.com/api/events');
  });

  it('leave out what this version does not know, and what is broken', async () => {
    await begin();
    await open();
    server.last
      .event('weather', { ticketId: 't1' })
      .send('event: ticket.changed\ndata: {broken\n\n')
      .event('presence', { ticketId: 't1', people: 'nobody' })
      .send(': beat\n\n');
    await rest();
    expect(heard).toEqual([{ type: 'resync' }]);
  });

  it('go on where a cut stream ended, without reading everything anew', async () => {
    await begin();
    await open();
    server.last.event('ticket.changed', CHANGED, '12');
    await rest();
    heard = [];
    server.last.cut();
    await rest();
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
    expect(live.state()).toBe('live');
    expect(server.last.header('Last-Event-ID')).toBe('12');
    server.last.accept().event('message.mail', { ticketId: 't1', messageId: 'm1' }, '13');
    await rest();
    expect(live.state()).toBe('live');
    expect(heard).toEqual([{ type: 'message.mail', ticketId: 't1', messageId: 'm1' }]);
    server.last.event('resync', {});
    await rest();
    expect(heard.at(-1)).toEqual({ type: 'resync' });
  });

  it('resume from the greeting where nothing has come since', async () => {
    await begin();
    await open();
    server.last.close();
    await rest();
    await pass(1_000);
    expect(server.last.header('Last-Event-ID')).toBe('10');
  });

  it('pause longer after each failure, up to a quarter of a minute, and begin anew after a success', async () => {
    await begin();
    for (const ms of [750, 1_500, 3_000, 6_000, 11_250, 11_250]) {
      const before = server.requests.length;
      server.last.cut();
      await rest();
      await pass(ms - 1);
      expect(server.requests).toHaveLength(before);
      await pass(1);
      expect(server.requests).toHaveLength(before + 1);
    }
    await open();
    server.last.close();
    await rest();
    const before = server.requests.length;
    await pass(750);
    expect(server.requests).toHaveLength(before + 1);
  });

  it('wait as long as a busy server asks', async () => {
    await begin();
    server.last.refuse(503, { 'Retry-After': '20' });
    await rest();
    window.dispatchEvent(new Event('online'));
    await pass(19_999);
    expect(server.requests).toHaveLength(1);
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
  });

  it('try at once when the network is back', async () => {
    await begin();
    for (let i = 0; i < 5; i++) {
      server.last.cut();
      await rest();
      await pass(15_000);
    }
    server.last.cut();
    await rest();
    const before = server.requests.length;
    window.dispatchEvent(new Event('online'));
    await rest();
    expect(server.requests).toHaveLength(before + 1);
  });

  it('look at once whether the connection is still there when the network goes', async () => {
    await begin();
    await open();
    window.dispatchEvent(new Event('offline'));
    await rest();
    expect(server.requests[0]?.isAborted).toBe(true);
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
    server.last.cut();
    await rest();
    expect(live.state()).toBe('down');
  });

  it('cut a connection that has been silent for 45 s, and no earlier', async () => {
    await begin();
    await open();
    await pass(40_000);
    server.last.send(': beat\n\n');
    await rest();
    await pass(44_999);
    expect(server.last.isAborted).toBe(false);
    await pass(1);
    expect(server.last.isAborted).toBe(true);
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
  });

  it('are down when the next stream fails, or takes its time', async () => {
    await begin();
    await open();
    server.last.close();
    await rest();
    await pass(1_000);
    expect(live.state()).toBe('live');
    server.last.cut();
    await rest();
    expect(live.state()).toBe('down');
    await pass(2_000);
    heard = [];
    await open();
    expect(live.state()).toBe('live');
    expect(heard).toEqual([{ type: 'resync' }]);
    server.last.close();
    await rest();
    await pass(2_999);
    expect(live.state()).toBe('live');
    await pass(1);
    expect(live.state()).toBe('down');
  });

  it('cut a connection that is never answered', async () => {
    await begin();
    await pass(45_000);
    await pass(1_000);
    expect(server.requests).toHaveLength(2);
  });

  it('renew the token as other requests do', async () => {
    await begin();
    server.last.refuse(401);
    await rest();
    expect(recover).toHaveBeenCalledWith('token-1');
    expect(server.last.header('Authorization')).toBe('Bearer token-2');
    expect(server.requests).toHaveLength(2);
  });

  it('do not count as down while the token that a stream ended with is renewed', async () => {
    await begin();
    await open();
    heard = [];
    server.last.close();
    await rest();
    await pass(1_000);
    server.last.refuse(401);
    await rest();
    expect(live.state()).toBe('live');
    await open();
    await pass(10_000);
    expect(live.state()).toBe('live');
    expect(heard).toEqual([]);
  });

  it('are down where renewing the token brings no stream', async () => {
    await begin();
    await open();
    server.last.close();
    await rest();
    await pass(1_000);
    server.last.refuse(401);
    await rest();
    await pass(3_000);
    expect(live.state()).toBe('down');
  });

  it('do not hammer a server that refuses each new token', async () => {
    await begin();
    for (let i = 0; i < 4; i++) {
      server.last.refuse(401);
      await rest();
    }
    expect(server.requests.length).toBeLessThan(4);
  });

  it('stop when nobody is signed in any more, and go on when somebody is', async () => {
    await begin();
    await open();
    state.set('ended');
    TestBed.tick();
    await rest();
    expect(server.last.isAborted).toBe(true);
    expect(live.state()).toBe('off');
    await pass(60_000);
    expect(server.requests).toHaveLength(1);
    state.set('signed-in');
    TestBed.tick();
    await rest();
    expect(server.requests).toHaveLength(2);
  });

  it('take no connection from a tab that nobody looks at, and come back with it', async () => {
    await begin();
    await open();
    await look('hidden');
    await pass(4_999);
    expect(server.last.isAborted).toBe(false);
    await pass(1);
    expect(server.last.isAborted).toBe(true);
    await pass(120_000);
    expect(server.requests).toHaveLength(1);
    await look('visible');
    expect(server.requests).toHaveLength(2);
    expect(server.last.header('Last-Event-ID')).toBe('10');
  });

  it('stay open for somebody who only looks away for a moment', async () => {
    await begin();
    await open();
    await look('hidden');
    await pass(2_000);
    await look('visible');
    await pass(10_000);
    expect(server.requests).toHaveLength(1);
    expect(live.state()).toBe('live');
  });

  it('are nothing where something else answers in their place', async () => {
    await begin();
    server.last.refuse(200, { 'Content-Type': 'text/html' });
    await rest();
    expect(live.state()).toBe('down');
  });
});
