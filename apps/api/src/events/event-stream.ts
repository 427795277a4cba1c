import type { Response } from 'express';
import type { Actor } from '../auth/actor';
import type { ClientEvent } from './desk-event';

/** A client that leaves so much unread is cut off: it comes back and goes on where it was. */
const MAX_UNREAD_BYTES = 256 * 1024;
/** An ended stream whose client reads nothing stays open no longer: it would hold its place, and the end of the process. */
const LAST_READ_MS = 2_000;

const HEADERS = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  // nginx would gather events until it has a bufferful.
  'X-Accel-Buffering': 'no',
};

/** One event as it is sent, the same for all who may see it. */
export function eventText({ event, data }: ClientEvent, id?: string): string {
  return `event: ${event}\n${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(data)}\n\n`;
}

/** One client that listens. Until start() what comes is held back, so that the past comes first. */
export class EventStream {
  private held: { text: string; id: string | undefined }[] | undefined = [];
  private over = false;

  constructor(
    readonly actor: Actor,
    private readonly response: Response,
    /** The client reads too slowly. */
    private readonly onCut: () => void,
  ) {}

  /** @param known ids that `texts` tell of: of what was held back they are left out */
  start(texts: readonly string[], known: ReadonlySet<string | undefined>): void {
    this.response.writeHead(200, HEADERS);
    const held = this.held ?? [];
    this.held = undefined;
    const live = held.filter(({ id }) => id === undefined || !known.has(id)).map(({ text }) => text);
    this.write([...texts, ...live].join(''));
  }

  send(text: string, id?: string): void {
    if (this.over) return;
    if (this.held) this.held.push({ text, id });
    else this.write(text);
  }

  heartbeat(): void {
    if (!this.held) this.write(': heartbeat\n\n');
  }

  /** No more after this. The client comes back by itself, if it may. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.response.end();
    const cut = setTimeout(() => this.response.destroy(), LAST_READ_MS).unref();
    this.response.on('close', () => clearTimeout(cut));
  }

  private write(text: string): void {
    if (this.over || this.response.destroyed) return;
    this.response.write(text);
    if (this.response.writableLength <= MAX_UNREAD_BYTES) return;
    this.over = true;
    this.onCut();
    this.response.destroy();
  }
}
