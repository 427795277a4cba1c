import { DestroyRef, inject, untracked } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { whileWatched } from '../session/while-watched';
import type { LiveEvent } from './live-event';
import { LiveEvents } from './live-events';

/** One deed is several events (ticket changed, message added): they are looked at together. */
const TOGETHER_MS = 60;
/** So that a busy desk does not ask the server anew at each event, and not everybody in the same moment. */
const SPREAD_MS = 120;
const AT_MOST_EVERY_MS = 500;
/** While events come nothing should be missed; should something be, it does not stay wrong for ever. */
const ALL_THE_SAME_MS = 5 * 60_000;

export interface Freshness {
  /** How often to look while no events come. */
  everyMs: number;
  /** Whether an event is news for this. */
  concerns: (event: LiveEvent) => boolean;
  /**
   * Looks for news: after events within a moment, never twice at a time.
   * @param events what has happened; empty when it only looks
   */
  look: (events: readonly LiveEvent[]) => unknown;
  /** Whether what is shown could not be looked at last time: then events alone do not do. */
  failed?: () => boolean;
}

/** Keeps something fresh by events, and by looking now and then while there are none. Call it in an injection context. */
export function keepFresh({ everyMs, concerns, look, failed = () => false }: Freshness): void {
  const live = inject(LiveEvents);
  let news: LiveEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  let lookingSince = 0;
  let gone = false;
  let last = Date.now();

  // A look that hangs holds nothing up for longer than looking now and then takes.
  const isLooking = () => lookingSince > 0 && Date.now() - lookingSince < everyMs / 2;

  const plan = () => {
    if (timer || isLooking() || gone || news.length === 0) return;
    const soon = TOGETHER_MS + Math.random() * SPREAD_MS;
    timer = setTimeout(() => void run(), Math.max(soon, last + AT_MOST_EVERY_MS - Date.now()));
  };
  const run = async () => {
    timer = undefined;
    // What happens while nobody looks is looked for when somebody does.
    if (gone || document.visibilityState === 'hidden') return;
    last = lookingSince = Date.now();
    const events = news;
    news = [];
    try {
      await look(events);
    } finally {
      lookingSince = 0;
      plan();
    }
  };
  live.events.pipe(takeUntilDestroyed()).subscribe((event) => {
    if (event.type !== 'resync' && !concerns(event)) return;
    news.push(event);
    plan();
  });
  whileWatched(everyMs, () => {
    const isTold = untracked(() => live.state() === 'live' && !failed());
    if (isLooking() || (isTold && Date.now() - last < ALL_THE_SAME_MS)) return;
    clearTimeout(timer);
    void run();
  });
  document.addEventListener('visibilitychange', plan);
  inject(DestroyRef).onDestroy(() => {
    gone = true;
    clearTimeout(timer);
    document.removeEventListener('visibilitychange', plan);
  });
}
