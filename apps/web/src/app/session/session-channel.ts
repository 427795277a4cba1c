import { DestroyRef, Injectable, inject } from '@angular/core';

export type SessionNews = { kind: 'signed-out' } | { kind: 'signed-in'; userId: string };

/** Tells the other tabs of this browser who signed in or out; never carries a token. */
@Injectable({ providedIn: 'root' })
export class SessionChannel {
  private readonly channel =
    typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('liftdesk.session');

  constructor() {
    inject(DestroyRef).onDestroy(() => this.channel?.close());
  }

  tell(news: SessionNews): void {
    this.channel?.postMessage(news);
  }

  /** Listens to the other tabs, not to this one. */
  listen(hear: (news: SessionNews) => void): void {
    this.channel?.addEventListener('message', (event: MessageEvent<SessionNews>) => hear(event.data));
  }
}
