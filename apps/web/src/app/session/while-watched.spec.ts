import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session, type SessionState } from './session';
import { whileWatched } from './while-watched';

describe('looking for news', () => {
  const state = signal<SessionState>('signed-in');
  let looks = 0;

  beforeEach(() => {
    jest.useFakeTimers();
    looks = 0;
    TestBed.configureTestingModule({ providers: [{ provide: Session, useValue: { state } }] });
    TestBed.runInInjectionContext(() => whileWatched(20_000, () => looks++));
  });

  afterEach(() => jest.useRealTimers());

  it('stops when the session has ended and goes on when its user is back', () => {
    jest.advanceTimersByTime(40_000);
    expect(looks).toBe(2);
    state.set('ended');
    jest.advanceTimersByTime(200_000);
    expect(looks).toBe(2);
    state.set('signed-in');
    jest.advanceTimersByTime(20_000);
    expect(looks).toBe(3);
  });
});
