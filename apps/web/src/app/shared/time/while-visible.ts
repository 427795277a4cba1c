import { DestroyRef, inject } from '@angular/core';

/**
 * Runs the work every `everyMs` while somebody looks at the page, and when they come back to it. Call it in an
 * injection context; it ends with the caller.
 */
export function whileVisible(everyMs: number, work: () => void): void {
  let last = Date.now();
  const turn = () => {
    if (document.visibilityState !== 'visible' || Date.now() - last < everyMs / 2) return;
    last = Date.now();
    work();
  };
  const timer = setInterval(turn, everyMs);
  document.addEventListener('visibilitychange', turn);
  inject(DestroyRef).onDestroy(() => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', turn);
  });
}
