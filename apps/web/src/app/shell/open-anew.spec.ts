import { TestBed } from '@angular/core/testing';
import { type Route, Router, provideRouter, withNavigationErrorHandler } from '@angular/router';
import { LEAVE } from '../session/leave';
import { Toaster } from '../shared/ui/toast/toaster';
import { openAnew } from './open-anew';

describe('a page whose code is not there', () => {
  let left: string[];
  let answer: () => Promise<Partial<Response>>;

  beforeEach(() => {
    left = [];
    sessionStorage.clear();
    answer = () => Promise.resolve({ ok: true });
    globalThis.fetch = (() => answer()) as typeof fetch;
    const failing = (path: string, message: string): Route => ({
      path,
      loadComponent: () => Promise.reject(new TypeError(message)),
    });
    TestBed.configureTestingModule({
      providers: [
        { provide: LEAVE, useValue: (path: string) => left.push(path) },
        provideRouter(
          [
            failing('gone', 'Failed to fetch dynamically imported module: /chunk-A.js'),
            failing('also-gone', 'Importing a module script failed.'),
            failing('broken', 'x is undefined'),
          ],
          withNavigationErrorHandler(openAnew),
        ),
      ],
    });
  });

  /** The click, and what the error handler does after it. */
  async function goTo(url: string): Promise<void> {
    await TestBed.inject(Router)
      .navigateByUrl(url)
      .catch(() => undefined);
    for (let i = 0; i < 20; i++) await Promise.resolve();
  }
  const told = () => TestBed.inject(Toaster).current()?.text;

  it('is opened anew at its address, once', async () => {
    await goTo('/gone?tab=2');
    expect(left).toEqual(['/gone?tab=2']);
    await goTo('/gone?tab=2');
    expect(left).toEqual(['/gone?tab=2']);
    expect(told()).toBe('The page did not open. What you see here is kept');
    await goTo('/also-gone');
    expect(left).toEqual(['/gone?tab=2', '/also-gone']);
  });

  it('leaves the present page alone while the server does not answer', async () => {
    answer = () => Promise.reject(new TypeError('Failed to fetch'));
    await goTo('/gone');
    expect(left).toEqual([]);
    expect(told()).toBe('The page did not open. What you see here is kept');
  });

  it('is not what any other fault of a page is taken for', async () => {
    await goTo('/broken');
    expect(left).toEqual([]);
    expect(told()).toBeUndefined();
  });
});
