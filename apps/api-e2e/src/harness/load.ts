import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

export interface Tally {
  sent: number;
  /** What was not answered as it is on a quiet day, in words. */
  lost: string[];
  /** Ids of the tickets that the desk has said it keeps. */
  tickets: string[];
}

const AT_ONCE = 8;
/** Longer than a request may wait: what was handed to nobody would wait for ever. */
const ANSWERED_WITHIN_MS = 60_000;

/** People who open tickets and read, as fast as they are answered, each time over a new connection. */
export class Load {
  private readonly tally: Tally = { sent: 0, lost: [], tickets: [] };
  private readonly people: Promise<void>[];
  private isEnough = false;

  constructor(
    private readonly origin: string,
    private readonly token: string,
  ) {
    this.people = Array.from({ length: AT_ONCE }, () => this.work());
  }

  /** Resolves when so many more were sent. */
  async goOn(more: number): Promise<void> {
    const goal = this.tally.sent + more;
    while (this.tally.sent < goal) await pause(10);
  }

  /** Goes on until so many were sent altogether, then ends. */
  async end(atLeast = 0): Promise<Tally> {
    await this.goOn(Math.max(0, atLeast - this.tally.sent));
    this.isEnough = true;
    await Promise.all(this.people);
    return this.tally;
  }

  private async work(): Promise<void> {
    while (!this.isEnough) {
      this.tally.sent += 1;
      try {
        if (this.tally.sent % 3 > 0) await this.ask('GET', '/api/tickets?limit=5', 200);
        else this.tally.tickets.push(await this.open(this.tally.sent));
      } catch (error) {
        this.tally.lost.push(`${new Date().toISOString()} ${(error as Error).message}`);
        // A desk that is down would be asked a million times.
        await pause(20);
      }
    }
  }

  private async open(n: number): Promise<string> {
    const ticket = {
      subject: `Under load, ${n}`,
      body: 'As you said.',
      requesterEmail: 'ana@people.example',
    };
    return (JSON.parse(await this.ask('POST', '/api/tickets', 201, ticket)) as { id: string }).id;
  }

  private ask(method: string, path: string, expected: number, body?: object): Promise<string> {
    const headers = { Authorization: `Bearer ${this.token}`, 'Content-Type': 'application/json' };
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.origin), { method, headers, agent: false }, (answer) => {
        let text = '';
        answer.on('data', (piece: Buffer) => (text += piece.toString())).on('error', reject);
        answer.on('end', () => {
          if (answer.statusCode === expected) resolve(text);
          else reject(new Error(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      });
      call.setTimeout(ANSWERED_WITHIN_MS, () => call.destroy(new Error(`${method} ${path}: no answer`)));
      call.on('error', reject);
      call.end(body && JSON.stringify(body));
    });
  }
}
