import { DestroyRef, Injectable, InjectionToken, effect, inject, signal, untracked } from '@angular/core';
import { Subject } from 'rxjs';
import type { Status } from '@liftdesk/api-client';
import { Session } from '../session/session';
import { ApiAddress } from '../shared/http/api-address';
import { Maintenance } from '../shared/http/maintenance';
import { Backoff } from './backoff';
import { EventStreamParser, type StreamEvent } from './event-stream-parser';
import { type LiveEvent, toLiveEvent } from './live-event';

/** The browser's fetch; null where there is none, and looking again now and then has to do. */
export const FETCH = new InjectionToken<typeof fetch | null>('FETCH', {
  providedIn: 'root',
  factory: () => (typeof fetch === 'function' ? (input, init) => fetch(input, init) : null),
});

/**
 * `off`: nobody is signed in, or nobody looks. `down`: events are missed, so whoever shows something has to look for
 * news by itself.
 */
export type LiveState = 'off' | 'connecting' | 'live' | 'down';

const PATH = '/api/events';
/** How long a stream may be cut before it counts as down: each ends with its access token, and goes on with the next. */
const PAUSE_MS = 3_000;
/** The server says something every 15 s. */
const SILENCE_MS = 45_000;
/**
 * How long a tab that nobody looks at keeps its stream. A browser opens six connections to a server over HTTP/1.1:
 * seven streams in as many tabs would stop everything else.
 */
const HIDDEN_MS = 5_000;

/** What the others do, as it happens: one stream a tab, while somebody is signed in and looks at it. */
@Injectable({ providedIn: 'root' })
export class LiveEvents {
  private readonly api = inject(ApiAddress);
  private readonly session = inject(Session);
  private readonly fetch = inject(FETCH);
  private readonly maintenance = inject(Maintenance);
  private readonly current = signal<LiveState>('off');
  private readonly watched = signal(document.visibilityState !== 'hidden');
  private readonly backoff = new Backoff();
  private running: AbortController | null = null;
  private silence: Silence | null = null;
  private lastId = '';
  private isOpen = false;
  private isRenewed = false;
  private doubting: ReturnType<typeof setTimeout> | undefined;

  readonly state = this.current.asReadonly();
  readonly events = new Subject<LiveEvent>();
  /** A stream has begun, or goes on after a gap: who is where is told anew, and nothing of before holds. */
  readonly opened = new Subject<void>();

  constructor() {
    effect(() => {
      const wanted = this.session.state() === 'signed-in' && this.watched();
      untracked(() => (wanted ? this.begin() : this.end()));
    });
    this.listenToPage();
  }

  private begin(): void {
    if (this.running || !this.fetch) return;
    this.running = new AbortController();
    this.current.set('connecting');
    void this.keepOpen(this.fetch, this.running.signal);
  }

  private end(): void {
    this.running?.abort();
    this.running = null;
    this.trust();
    this.current.set('off');
  }

  private async keepOpen(request: typeof fetch, ended: AbortSignal): Promise<void> {
    while (!ended.aborted) {
      this.isOpen = this.isRenewed = false;
      const retryAfter = await this.follow(request, ended);
      if (ended.aborted) return;
      this.doubt(this.isOpen || this.isRenewed);
      await this.backoff.pause(retryAfter, ended);
    }
  }

  /**
   * A stream that was open and is again in a moment misses nothing, and nobody needs to see it flicker; that its token
   * had to be renewed in between is no failure.
   */
  private doubt(goesOn: boolean): void {
    if (goesOn) this.doubting ??= setTimeout(() => this.current.set('down'), PAUSE_MS);
    else this.current.set('down');
  }

  private trust(): void {
    clearTimeout(this.doubting);
    this.doubting = undefined;
  }

  /** Follows one stream to its end; the answer is how many seconds the server asks to wait, null for no wish. */
  private async follow(request: typeof fetch, ended: AbortSignal): Promise<number | null> {
    const silence = (this.silence = new Silence(SILENCE_MS));
    const stop = () => silence.stop();
    ended.addEventListener('abort', stop);
    try {
      const token = this.session.accessToken();
      const resumed = this.lastId;
      const answer = await request(this.api.of(PATH), {
        headers: this.headers(token),
        signal: silence.signal,
      });
      if (answer.status === 401) return await this.recover(token);
      const type = answer.headers.get('Content-Type') ?? '';
      if (!answer.ok || !answer.body || !type.startsWith('text/event-stream')) {
        void answer.body?.cancel().catch(() => undefined);
        return Number(answer.headers.get('Retry-After')) || null;
      }
      await this.read(answer.body.getReader(), silence, resumed === '');
    } catch {
      // Cut, silent, or no connection: the next try says more.
    } finally {
      silence.stop();
      ended.removeEventListener('abort', stop);
    }
    return null;
  }

  private headers(token: string | null): Record<string, string> {
    return {
      Accept: 'text/event-stream',
      ...(token && { Authorization: `Bearer ${token}` }),
      ...(this.lastId && { 'Last-Event-ID': this.lastId }),
    };
  }

  /** As other requests do; what cannot be renewed has ended the session, and with it this stream. */
  private async recover(token: string | null): Promise<number | null> {
    this.isRenewed = await this.session.recover(token);
    if (this.isRenewed) this.backoff.hurry();
    return null;
  }

  private async read(
    reader: ReadableStreamDefaultReader<Uint8Array>,
    silence: Silence,
    isNew: boolean,
  ): Promise<void> {
    const decoder = new TextDecoder();
    const parser = new EventStreamParser();
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      silence.broken();
      if (silence.signal.aborted) return;
      if (!this.isOpen) this.open(isNew);
      for (const event of parser.feed(decoder.decode(piece.value, { stream: true }))) this.take(event);
    }
  }

  private open(isNew: boolean): void {
    this.trust();
    const wasDown = untracked(this.current) === 'down';
    this.isOpen = true;
    this.backoff.reset();
    this.current.set('live');
    this.opened.next();
    // Between what the page has read and the first event lies a gap, unless the stream goes on from a known event; and
    // while it was down, looking for news has failed too.
    if (isNew || wasDown) this.events.next({ type: 'resync' });
  }

  private take({ type, data, id }: StreamEvent): void {
    if (id) this.lastId = id;
    if (type === 'hello') this.lastId = idOf(data) || this.lastId;
    if (type === 'maintenance') this.hear(data);
    const event = toLiveEvent(type, data);
    if (event) this.events.next(event);
  }

  private hear(data: string): void {
    try {
      this.maintenance.learn((JSON.parse(data) as Status).maintenance);
    } catch {
      // Said in words that this version cannot read.
      void this.maintenance.look();
    }
  }

  private listenToPage(): void {
    let leaving: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      clearTimeout(leaving);
      if (document.visibilityState !== 'hidden') {
        this.watched.set(true);
        this.backoff.wake();
      } else leaving = setTimeout(() => this.watched.set(false), HIDDEN_MS);
    };
    const leave = () => this.watched.set(false);
    const wake = () => this.backoff.wake();
    // A connection that the network took along looks open for long: it shows by trying anew.
    const doubt = () => this.silence?.stop();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', leave);
    window.addEventListener('pageshow', look);
    window.addEventListener('online', wake);
    window.addEventListener('offline', doubt);
    inject(DestroyRef).onDestroy(() => {
      clearTimeout(leaving);
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pagehide', leave);
      window.removeEventListener('pageshow', look);
      window.removeEventListener('online', wake);
      window.removeEventListener('offline', doubt);
      this.running?.abort();
    });
  }
}

/** Cuts a connection on which nothing comes any more, which the browser alone may not notice for minutes. */
class Silence {
  private readonly controller = new AbortController();
  private timer: ReturnType<typeof setTimeout>;
  readonly signal = this.controller.signal;

  constructor(private readonly ms: number) {
    this.timer = setTimeout(() => this.controller.abort(), ms);
  }

  broken(): void {
    clearTimeout(this.timer);
    if (!this.signal.aborted) this.timer = setTimeout(() => this.controller.abort(), this.ms);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.controller.abort();
  }
}

function idOf(data: string): string {
  try {
    const { id } = JSON.parse(data) as { id?: unknown };
    return typeof id === 'string' || typeof id === 'number' ? String(id) : '';
  } catch {
    return '';
  }
}
