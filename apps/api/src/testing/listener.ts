import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Person } from './caller';
import type { TestDesk } from './test-desk';

export interface HeardEvent {
  event: string;
  id: string | undefined;
  data: Record<string, unknown>;
}

/** A client that follows the desk, by the wire. */
export class Listener {
  readonly heard: HeardEvent[] = [];
  heartbeats = 0;
  /** Every byte that came. */
  text = '';
  ended = false;
  private unread = '';
  private wake: (() => void)[] = [];

  private constructor(
    private readonly request: ClientRequest,
    readonly answer: IncomingMessage,
  ) {
    answer.setEncoding('utf8');
    answer.on('data', (chunk: string) => this.take(chunk));
    answer.on('error', () => undefined);
    answer.on('close', () => {
      this.ended = true;
      this.wakeAll();
    });
  }

  /** @returns when the answer begins; where it is no stream, with its status */
  static open(desk: TestDesk, { token }: Pick<Person, 'token'>, lastEventId?: string): Promise<Listener> {
    const { port } = desk.server.address() as AddressInfo;
    const headers = {
      Authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { 'Last-Event-ID': lastEventId }),
    };
    return new Promise((resolve, reject) => {
      const request = get({ host: '127.0.0.1', port, path: '/api/events', headers, agent: false });
      request.on('response', (answer) => resolve(new Listener(request, answer)));
      request.on('error', reject);
    });
  }

  /** Resolves when the stream has greeted, too. */
  static async follow(
    desk: TestDesk,
    person: Pick<Person, 'token'>,
    lastEventId?: string,
  ): Promise<Listener> {
    const listener = await Listener.open(desk, person, lastEventId);
    await listener.until(() => listener.heard.length > 0);
    return listener;
  }

  /** Without the greeting. */
  get news(): HeardEvent[] {
    return this.heard.filter(({ event }) => event !== 'hello');
  }

  of(event: string): HeardEvent[] {
    return this.heard.filter((heard) => heard.event === event);
  }

  get lastId(): string {
    return this.heard.findLast(({ id }) => id !== undefined)?.id as string;
  }

  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.wake.push(resolve));
  }

  end(): Promise<void> {
    return this.until(() => this.ended);
  }

  /** Reads no more, as a client whose machine sleeps. */
  pause(): void {
    this.answer.pause();
  }

  /** As a closed window. */
  leave(): Promise<void> {
    this.request.destroy();
    return this.end();
  }

  private take(chunk: string): void {
    this.text += chunk;
    const blocks = (this.unread + chunk).split('\n\n');
    this.unread = blocks.pop() as string;
    for (const block of blocks) {
      if (block.startsWith(':')) this.heartbeats += 1;
      else this.heard.push(parse(block));
    }
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const resolve of this.wake.splice(0)) resolve();
  }
}

function parse(block: string): HeardEvent {
  const fields = Object.fromEntries(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]),
  );
  return {
    event: fields['event'] ?? '',
    id: fields['id'],
    data: JSON.parse(fields['data'] ?? '{}') as Record<string, unknown>,
  };
}
