import { type Signal, effect, signal, untracked } from '@angular/core';
import type { Problem } from '../../http/problem';

const LONGEST_S = 60;

/**
 * Tries again by itself what the server could not do for the moment, when it asks for it (503 with `Retry-After`) and
 * somebody looks; longer apart each time. The answer is how many seconds are left, 0 while nothing is going to happen.
 * Call it in an injection context.
 */
export function retryCountdown(problem: () => Problem | null, retry: () => void): Signal<number> {
  const left = signal(0);
  let failures = 0;
  effect((onCleanup) => {
    const now = problem();
    const wish = now?.status === 503 ? (now.retryAfter ?? 0) : 0;
    untracked(() => left.set(wish > 0 ? Math.min(Math.max(LONGEST_S, wish), wish * 2 ** failures++) : 0));
    if (wish === 0) return;
    const timer = setInterval(() => {
      if (document.visibilityState === 'hidden') return;
      left.update((seconds) => Math.max(0, seconds - 1));
      if (untracked(left) > 0) return;
      clearInterval(timer);
      retry();
    }, 1000);
    onCleanup(() => clearInterval(timer));
  });
  return left.asReadonly();
}
