import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';

export interface WaitingRoomOptions {
  /** How many requests may wait; who comes then is asked to come again. */
  seats: number;
  /** How long each may wait, ms. */
  patienceMs: number;
}

/** Longer than the process before may take to end, and shorter than a proxy waits for an answer. */
const DEFAULTS: WaitingRoomOptions = { seats: 1_000, patienceMs: 20_000 };
const COME_AGAIN_S = 2;

interface Visit {
  request: IncomingMessage;
  response: ServerResponse;
  timer: NodeJS.Timeout;
}

/**
 * Where requests wait that came before the application can serve them. Nothing of them is read until then, so that a body
 * stays with its sender. Whether the process lives, and that it is not ready, is answered at once.
 */
export class WaitingRoom {
  private readonly listeners: RequestListener[];
  private readonly visits = new Set<Visit>();

  /** Takes the place of who listens to the server's requests. */
  constructor(
    private readonly server: Server,
    private readonly options: WaitingRoomOptions = DEFAULTS,
  ) {
    this.listeners = server.listeners('request') as RequestListener[];
    server.removeAllListeners('request').on('request', this.receive);
  }

  /** Gives the server's requests back to who listened before: first those that wait, in the order they came. */
  open(): void {
    this.server.off('request', this.receive);
    for (const listener of this.listeners) this.server.on('request', listener);
    for (const { request, response } of this.emptied()) this.server.emit('request', request, response);
  }

  /** Nobody will be served here: those that wait, and who is at the door, are asked to come again. */
  close(): void {
    this.server.close();
    this.server.off('request', this.receive).on('request', comeAgain);
    for (const { request, response } of this.emptied()) comeAgain(request, response);
  }

  private readonly receive = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.url === '/health/live') return answer(response, 200, { status: 'alive' });
    if (request.url === '/health/ready')
      return answer(response, 503, { status: 'not ready', reason: 'starting' });
    if (this.visits.size >= this.options.seats) return comeAgain(request, response);
    const timer = setTimeout(() => {
      this.visits.delete(visit);
      comeAgain(request, response);
    }, this.options.patienceMs);
    const visit: Visit = { request, response, timer };
    this.visits.add(visit);
    response.once('close', () => this.leave(visit));
  };

  private leave(visit: Visit): void {
    clearTimeout(visit.timer);
    this.visits.delete(visit);
  }

  private emptied(): Visit[] {
    const visits = [...this.visits];
    for (const visit of visits) this.leave(visit);
    return visits;
  }
}

function comeAgain({ url = '/' }: IncomingMessage, response: ServerResponse): void {
  response.setHeader('Retry-After', String(COME_AGAIN_S));
  const detail = 'Liftdesk is starting: try again in a moment';
  const problem = { title: 'Not available now', status: 503, detail, instance: url.split('?')[0] };
  answer(
    response,
    503,
    { type: 'https://liftdesk.dev/problems/unavailable', ...problem },
    'application/problem+json',
  );
}

function answer(response: ServerResponse, status: number, body: object, type = 'application/json'): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Cache-Control': 'no-store',
    // Of a request whose body was not read there may be more to come.
    Connection: 'close',
  });
  response.end(JSON.stringify(body));
}
