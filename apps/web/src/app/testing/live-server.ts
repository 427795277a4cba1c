import type { Provider } from '@angular/core';
import { TextDecoder as NodeTextDecoder, TextEncoder as NodeTextEncoder } from 'node:util';
import { FETCH } from '../live/live-events';

// jsdom has neither.
Object.assign(globalThis, { TextDecoder: globalThis.TextDecoder ?? NodeTextDecoder });

/** One request for the stream, to be answered by the test. */
export class StreamRequest {
  private pull: ((piece: { done: boolean; value?: Uint8Array }) => void) | null = null;
  private pieces: { done: boolean; value?: Uint8Array }[] = [];
  private failed: (reason: unknown) => void = () => undefined;

  constructor(
    readonly url: string,
    readonly init: RequestInit,
    private readonly resolve: (answer: Response) => void,
    private readonly reject: (reason: unknown) => void,
  ) {
    init.signal?.addEventListener('abort', () => {
      this.reject(new DOMException('aborted', 'AbortError'));
      this.failed(new DOMException('aborted', 'AbortError'));
    });
  }

  header(name: string): string | undefined {
    return (this.init.headers as Record<string, string>)[name];
  }

  get isAborted(): boolean {
    return this.init.signal?.aborted ?? false;
  }

  /** Opens the stream. */
  accept(): this {
    const read = () =>
      new Promise<{ done: boolean; value?: Uint8Array }>((resolve, reject) => {
        const piece = this.pieces.shift();
        if (piece) return resolve(piece);
        this.pull = resolve;
        this.failed = reject;
      });
    this.answer(200, { 'Content-Type': 'text/event-stream' }, { getReader: () => ({ read }) });
    return this;
  }

  refuse(status: number, headers: Record<string, string> = {}): void {
    this.answer(status, headers, null);
  }

  send(text: string): this {
    this.give({ done: false, value: new NodeTextEncoder().encode(text) });
    return this;
  }

  /** An event with an id. */
  event(type: string, data: object, id = ''): this {
    return this.send(`${id ? `id: ${id}\n` : ''}event: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  close(): void {
    this.give({ done: true });
  }

  cut(): void {
    this.reject(new TypeError('Failed to fetch'));
    this.failed(new TypeError('network error'));
  }

  private give(piece: { done: boolean; value?: Uint8Array }): void {
    const { pull } = this;
    this.pull = null;
    if (pull) pull(piece);
    else this.pieces.push(piece);
  }

  private answer(status: number, headers: Record<string, string>, body: object | null): void {
    const entries = new Map(Object.entries(headers));
    this.resolve({
      status,
      ok: status === 200,
      headers: { get: (name: string) => entries.get(name) ?? null },
      body,
    } as unknown as Response);
  }
}

/** The live stream's server of a test. */
export class LiveServer {
  readonly requests: StreamRequest[] = [];
  readonly posts: { url: string; init: RequestInit }[] = [];

  provide(): Provider {
    const request = (url: string, init: RequestInit = {}) => {
      if (init.method === 'POST') {
        this.posts.push({ url, init });
        return Promise.resolve({ ok: true, status: 204 } as Response);
      }
      return new Promise<Response>((resolve, reject) =>
        this.requests.push(new StreamRequest(url, init, resolve, reject)),
      );
    };
    return { provide: FETCH, useValue: request };
  }

  get last(): StreamRequest {
    const last = this.requests.at(-1);
    if (!last) throw new Error('Nobody has asked for the stream');
    return last;
  }
}

/** Lets everything run that waits on promises. */
export async function rest(): Promise<void> {
  for (let i = 0; i < 30; i++) await Promise.resolve();
}
