import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Subject } from 'rxjs';
import { Session } from '../session/session';
import { rest } from '../testing/live-server';
import { keepFresh } from './keep-fresh';
import type { LiveEvent } from './live-event';
import { LiveEvents, type LiveState } from './live-events';

const opened = (ticketId: string): LiveEvent => ({ type: 'ticket.opened', ticketId, number: 1 });

describe('keeping something fresh', () => {
  const state = signal<LiveState>('live');
  let events: Subject<LiveEvent>;
  let looks: (readonly LiveEvent[])[];
  let finish: (() => void)[];
  let failed: boolean;
  let visibility: DocumentVisibilityState;

  beforeEach(() => {
    jest.useFakeTimers();
    visibility = 'visible';
    jest.spyOn(document, 'visibilityState', 'get').mockImplementation(() => visibility);
    state.set('live');
    events = new Subject();
    looks = [];
    failed = false;
    finish = [];
    TestBed.configureTestingModule({
      providers: [
        { provide: LiveEvents, useValue: { state, events } },
        { provide: Session, useValue: { state: signal('signed-in') } },
      ],
    });
    TestBed.runInInjectionContext(() =>
      keepFresh({
        everyMs: 20_000,
        failed: () => failed,
        concerns: (event) => 'ticketId' in event && event.ticketId === 'mine',
        look: (news) => {
          looks.push(news);
          return new Promise<void>((resolve) => finish.push(resolve));
        },
      }),
    );
  });
  afterEach(() => {
    TestBed.resetTestingModule();
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const pass = async (ms: number) => {
    jest.advanceTimersByTime(ms);
    await rest();
  };

  it('looks within half a second, once for what comes together', async () => {
    await pass(1_000);
    events.next(opened('mine'));
    events.next(opened('mine'));
    await pass(200);
    expect(looks).toEqual([[opened('mine'), opened('mine')]]);
  });

  it('looks a few times, not a hundred, when a hundred things happen within a second', async () => {
    for (let i = 0; i < 100; i++) {
      events.next(opened('mine'));
      finish.splice(0).forEach((done) => done());
      await pass(10);
    }
    await pass(1_000);
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.length).toBeLessThanOrEqual(3);
    expect(looks.flat()).toHaveLength(100);
  });

  it('lets events of others pass, but not that all may have changed', async () => {
    events.next(opened('theirs'));
    await pass(5_000);
    expect(looks).toEqual([]);
    events.next({ type: 'resync' });
    await pass(600);
    expect(looks).toHaveLength(1);
  });

  it('never looks twice at a time, and misses nothing meanwhile', async () => {
    events.next(opened('mine'));
    await pass(600);
    events.next(opened('mine'));
    await pass(5_000);
    expect(looks).toHaveLength(1);
    finish[0]?.();
    await rest();
    await pass(600);
    expect(looks).toHaveLength(2);
  });

  it('goes on after a look that hangs', async () => {
    events.next(opened('mine'));
    await pass(600);
    state.set('down');
    await pass(40_000);
    expect(looks.length).toBeGreaterThan(1);
  });

  it('looks now and then while no events come, and hardly ever while they do', async () => {
    await pass(100_000);
    expect(looks).toHaveLength(0);
    await pass(240_000);
    expect(looks).toHaveLength(1);
    finish[0]?.();
    await rest();
    state.set('down');
    await pass(20_000);
    expect(looks).toHaveLength(2);
  });

  it('goes on looking while events come but the last look has failed', async () => {
    failed = true;
    await pass(20_000);
    expect(looks).toHaveLength(1);
    finish[0]?.();
    await rest();
    failed = false;
    await pass(60_000);
    expect(looks).toHaveLength(1);
  });

  it('looks for what happened behind a hidden tab when it is seen again', async () => {
    visibility = 'hidden';
    events.next(opened('mine'));
    await pass(5_000);
    expect(looks).toHaveLength(0);
    visibility = 'visible';
    document.dispatchEvent(new Event('visibilitychange'));
    await pass(600);
    expect(looks).toHaveLength(1);
  });
});
