import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DrainOptions {
  readonly server: Server;
  /** First of all: say that this process is not ready for more. */
  readonly notReady: () => void;
  /** After the last answer: let go of the database, flush the log. */
  readonly stop: () => Promise<void>;
  readonly log: (message: string) => void;
  /** How long still to listen, so that load balancers and kept connections learn of it; 0 ms by default. */
  readonly noticeMs?: number;
  /** How long to stay when all is done, for connections that the primary of a cluster was about to hand over; 0 ms by default. */
  readonly lingerMs?: number;
  /** After so long the process ends, whatever is open; 9,000 ms by default. */
  readonly limitMs?: number;
}

/** The part of `process` that is used here. */
export interface SignalledProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  once(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): unknown;
}

/** A terminal and the launcher may both send one Ctrl-C: within this time it is the same one. */
const SAME_SIGNAL_MS = 500;
const SWEEP_MS = 50;
/** What is under way for so much of the limit is cut, so that there is time left to stop in good order. */
const CUT_AT = 0.85;
/** A connection on which nothing was asked for so long may be one that a browser opened ahead. */
const SILENT_MS = 1_000;

/** When each open connection was made. */
type Connections = ReadonlyMap<Socket, number>;

/**
 * On SIGTERM or SIGINT: takes no more requests, finishes those under way, stops, exits with 0. Where requests had to be
 * cut it exits with 1, at the limit at the latest; a second signal ends it at once, with 130.
 */
export function drainOnSignals(options: DrainOptions, target: SignalledProcess = process): void {
  const connections = connectionsOf(options.server);
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = performance.now();
      void drainAndExit(options, target, connections);
    } else if (performance.now() - since > SAME_SIGNAL_MS) {
      target.exit(130);
    }
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
}

/**
 * Until there is something to drain: a first signal is kept in mind, for those who wait to be served before the end. A second
 * one ends the process as if nobody listened.
 * @returns whether one came
 */
export function rememberSignals(target: SignalledProcess = process): () => boolean {
  let isTold = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) target.once(signal, () => (isTold = true));
  return () => isTold;
}

async function drainAndExit(
  options: DrainOptions,
  target: SignalledProcess,
  connections: Connections,
): Promise<void> {
  const { server, limitMs = 9_000 } = options;
  let wasCut = false;
  const cut = setTimeout(() => {
    wasCut = true;
    options.log('shutdown.cut-short');
    server.closeAllConnections();
  }, limitMs * CUT_AT);
  const limit = setTimeout(() => {
    options.log('shutdown.given-up');
    target.exit(1);
  }, limitMs);
  try {
    options.log('shutdown.started');
    options.notReady();
    // Whoever is told so in an answer asks elsewhere next; one that was not told may ask just as its connection is closed.
    server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'));
    await sleep(options.noticeMs ?? 0);
    await closed(server, connections);
    clearTimeout(cut);
    await options.stop();
    clearTimeout(limit);
    if (!wasCut) await sleep(options.lingerMs ?? 0);
    target.exit(wasCut ? 1 : 0);
  } catch (error) {
    clearTimeout(cut);
    clearTimeout(limit);
    options.log(`shutdown.failed: ${String(error)}`);
    target.exit(1);
  }
}

function connectionsOf(server: Server): Connections {
  const connections = new Map<Socket, number>();
  server.on('connection', (socket: Socket) => {
    connections.set(socket, performance.now());
    socket.once('close', () => connections.delete(socket));
  });
  return connections;
}

/** Resolves when the last connection is gone: those that idle are closed, those at work after their answer. */
function closed(server: Server, connections: Connections): Promise<void> {
  return new Promise((resolve) => {
    const sweep = setInterval(() => {
      server.closeIdleConnections();
      closeSilent(connections);
    }, SWEEP_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}

/** Node takes a connection that has said nothing yet for one at work. */
function closeSilent(connections: Connections): void {
  const before = performance.now() - SILENT_MS;
  for (const [socket, since] of connections) if (socket.bytesRead === 0 && since < before) socket.destroy();
}
