import { TestBed } from '@angular/core/testing';
import { HttpErrorResponse, HttpHeaders } from '@angular/common/http';
import { type Problem, toProblem } from '../../http/problem';
import { type Page, render } from '../../../testing/page';
import { State } from './state';
import { StaleStrip } from './stale-strip';

const away = (retryAfter?: string): Problem =>
  toProblem(
    new HttpErrorResponse({
      status: 503,
      error: { title: 'The database is away' },
      headers: new HttpHeaders(retryAfter ? { 'Retry-After': retryAfter } : {}),
    }),
  );

describe('what the server cannot do for the moment', () => {
  let retries = 0;

  beforeEach(() => {
    jest.useFakeTimers();
    retries = 0;
  });
  afterEach(() => jest.useRealTimers());

  function show(problem: Problem): Page<State> {
    const page = render(State, { problem });
    page.component.retried.subscribe(() => retries++);
    return page;
  }
  const pass = (seconds: number) => {
    jest.advanceTimersByTime(seconds * 1000);
    TestBed.tick();
  };

  it('is tried again when the server says, with the seconds on the screen', () => {
    const page = show(away('5'));
    expect(page.text).toContain('Trying again in 5 s');
    pass(4);
    expect(page.text).toContain('Trying again in 1 s');
    expect(retries).toBe(0);
    pass(1);
    expect(retries).toBe(1);
    expect(page.text).not.toContain('Trying again in');
  });

  it('is tried less often the longer it lasts', () => {
    const page = show(away('5'));
    pass(5);
    page.set({ problem: away('5') });
    pass(9);
    expect(retries).toBe(1);
    pass(1);
    expect(retries).toBe(2);
  });

  it('is left alone where the server says nothing, and on a page that is gone', () => {
    show(away());
    show(away('5')).leave();
    pass(120);
    expect(retries).toBe(0);
  });

  it('is tried again also where something older is still shown', () => {
    const page = render(StaleStrip, { problem: away('5'), what: 'the list', at: '2026-11-22T10:00:00.000Z' });
    page.component.retried.subscribe(() => retries++);
    expect(page.text).toContain('The database is away. This is the list from');
    expect(page.text).toContain('in 5 s');
    pass(5);
    expect(retries).toBe(1);
  });
});
