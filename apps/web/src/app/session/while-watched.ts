import { DestroyRef, inject, untracked } from '@angular/core';
import { Session } from './session';

/**
 * Runs the work every `everyMs` while somebody who is signed in looks at the page, and when they come back to it.
 * Call it in an injection context; it ends with the caller.
 */
export function whileWatched(everyMs: number, work: () => void): void {
  const session = inject(Session);
  let last = Date.now();
  const turn = () => {
    if (document.visibilityState !== 'visible' || Date.now() - last < everyMs / 2) return;
    // What an ended session asks is refused, and counts against the sign-in that would bring it back.
    if (untracked(session.state) !== 'signed-in') return;
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
