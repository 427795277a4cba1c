import { DestroyRef, Injectable, inject, signal } from '@angular/core';

const MINUTE = 60_000;

/** The present, in epoch milliseconds, moving once a minute: enough for every "12 min ago" on the page. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly time = signal(Date.now());
  readonly now = this.time.asReadonly();

  constructor() {
    const timer = setInterval(() => this.time.set(Date.now()), MINUTE);
    const wake = () => {
      if (document.visibilityState === 'visible') this.time.set(Date.now());
    };
    document.addEventListener('visibilitychange', wake);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', wake);
    });
  }
}
