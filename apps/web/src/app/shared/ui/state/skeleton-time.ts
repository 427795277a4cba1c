import { InjectionToken, type Signal, computed, effect, inject, signal } from '@angular/core';

/** Milliseconds until a skeleton shows (`<desk-skeleton>` waits as long), and how long it then stays at least. */
export const SKELETON_TIME = new InjectionToken<{ after: number; atLeast: number }>('SKELETON_TIME', {
  providedIn: 'root',
  factory: () => ({ after: 150, atLeast: 300 }),
});

/**
 * Whether a skeleton stands where the content will be: while it loads, and on until a skeleton that has come to be
 * seen was there long enough not to flicker. Call it in an injection context.
 */
export function skeletonFor(loading: () => boolean): Signal<boolean> {
  const { after, atLeast } = inject(SKELETON_TIME);
  const fresh = signal(false);
  let staying: ReturnType<typeof setTimeout> | undefined;
  const show = () => {
    fresh.set(true);
    staying = setTimeout(() => fresh.set(false), atLeast);
  };
  effect((onCleanup) => {
    if (!loading()) return;
    clearTimeout(staying);
    fresh.set(false);
    const appearing = setTimeout(show, after);
    onCleanup(() => clearTimeout(appearing));
  });
  return computed(() => loading() || fresh());
}
