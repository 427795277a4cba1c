import { setTimeout as pause } from 'node:timers/promises';
import type { Desk, Ticket } from './desk';

/** What people did while something was done to the machine. */
export interface Tally {
  sent: number;
  /** Whatever was not answered as it is on a quiet day, in words. */
  lost: string[];
  /** Ids of what the desk has said is kept. */
  tickets: string[];
  messages: string[];
  /** Ids of the requests that the desk itself answered. */
  requests: string[];
}

/** More is not waited for: what does not come to its end must end all the same. */
const AT_MOST = 60_000;

/** People who open tickets, answer, read and load the client, as fast as they are answered, each time over a new connection. */
export class Load {
  static readonly AT_ONCE = 6;
  private static latest: Load | undefined;

  private readonly tally: Tally = { sent: 0, lost: [], tickets: [], messages: [], requests: [] };
  private readonly people: Promise<void>[];
  private enough = false;
  private ended = false;

  private constructor(
    private readonly desk: Desk,
    /** Of this load alone; messages go to it. */
    private readonly ticket: Ticket,
    /** The hashed files of the client that was loaded before. */
    private readonly files: readonly string[],
  ) {
    this.people = Array.from({ length: Load.AT_ONCE }, () => this.work());
  }

  static async begin(desk: Desk): Promise<Load> {
    // Those of a test that failed are at it still.
    await Load.latest?.leave();
    const ticket = await desk.call<Ticket>('POST', '/api/tickets', {
      subject: 'Under load',
      body: 'The first',
    });
    const { body } = await desk.ask('GET', '/');
    const files = [...body.matchAll(/(?:src|href)="([^":]+-[A-Z0-9]{8}\.(?:js|css))"/g)].map(
      ([, file]) => `/${file?.replace(/^\//, '')}`,
    );
    if (files.length === 0) throw new Error(`The client names no file with a hash: ${body}`);
    return (Load.latest = new Load(desk, ticket, files));
  }

  /** Goes on until so many requests were answered altogether, then ends. @throws when it was through before */
  async end(atLeast = 10_000): Promise<Tally> {
    await this.goOn(atLeast - this.tally.sent);
    await this.leave();
    return this.tally;
  }

  /** Until so many more were answered: something has lasted a while. @throws when they will not be */
  async goOn(more: number): Promise<void> {
    const goal = this.tally.sent + more;
    while (this.tally.sent < goal && !this.ended) await pause(20);
    if (this.ended) throw new Error(`Nobody asks any more, after ${this.tally.sent} requests`);
  }

  private async leave(): Promise<void> {
    this.enough = true;
    await Promise.all(this.people);
  }

  private async work(): Promise<void> {
    for (; !this.enough && !this.desk.isGone && this.tally.sent < AT_MOST;) {
      const n = (this.tally.sent += 1);
      try {
        await this.deed(n);
      } catch (error) {
        this.tally.lost.push(`${new Date().toISOString()} request ${n}: ${(error as Error).message}`);
        await pause(20);
      }
    }
    this.ended = true;
  }

  private async deed(n: number): Promise<void> {
    switch (n % 10) {
      case 0:
      case 5:
        return this.openTicket(n);
      case 1:
      case 6:
        return this.answer(n);
      case 2:
        return this.load('/');
      case 3:
        // Each in its turn, whatever their number has in common with ten.
        return this.load(this.files[Math.floor(n / 10) % this.files.length] as string);
      case 4:
        return this.ask('GET', '/api/tickets?limit=10');
      default:
        return this.readOwn();
    }
  }

  private async openTicket(n: number): Promise<void> {
    const ticket = { subject: `Load ${n}`, body: `Of request ${n}` };
    this.tally.tickets.push((await this.ask<Ticket>('POST', '/api/tickets', ticket)).id);
  }

  private async answer(n: number): Promise<void> {
    const note = { kind: 'note', body: `Note ${n}` };
    const path = `/api/tickets/${this.ticket.id}/messages`;
    this.tally.messages.push((await this.ask<{ id: string }>('POST', path, note)).id);
  }

  /** What is acknowledged is there at once, whichever process is asked. */
  private async readOwn(): Promise<void> {
    const id = this.tally.tickets.at(-1) ?? this.ticket.id;
    const ticket = await this.ask<Ticket>('GET', `/api/tickets/${id}`);
    if (ticket.id !== id) throw new Error(`GET /api/tickets/${id}: ${ticket.id}`);
  }

  private async load(file: string): Promise<void> {
    const { status } = await this.desk.ask('GET', file);
    if (status !== 200) throw new Error(`GET ${file}: ${status}`);
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const answer = await this.desk.ask(method, path, body);
    const id = answer.headers['x-request-id'];
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.body}`);
    if (typeof id === 'string') this.tally.requests.push(id);
    return JSON.parse(answer.body) as T;
  }

  /** @throws unless all that was acknowledged is there */
  async findAll(): Promise<void> {
    const kept = new Set((await this.desk.all<Ticket>('/api/tickets')).map(({ id }) => id));
    const notes = await this.desk.all<{ id: string }>(`/api/tickets/${this.ticket.id}/messages`);
    for (const { id } of notes) kept.add(id);
    const gone = [...this.tally.tickets, ...this.tally.messages].filter((id) => !kept.has(id));
    if (gone.length > 0) throw new Error(`${gone.length} that were acknowledged are gone: ${gone.join(' ')}`);
  }
}
