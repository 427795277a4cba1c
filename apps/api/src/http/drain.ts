import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface DrainOptions {
  readonly server: Server;
  /** First of all: say that this process is not ready for more. */
  readonly notReady: () => void;
  /** After the last answer: let go of the database, flush the log. */
  readonly stop: () => Promise<void>;
  readonly log: (message: string) => void;
  /** How long still to listen, so that load balancers see it; 0 ms by default. */
  readonly noticeMs?: number;
  /** How long to stay after the last connection has closed; 0 ms by default. */
  readonly lingerMs?: number;
  /** After so long the process ends, whatever is open; 9,000 ms by default. */
  readonly limitMs?: number;
}

/** The part of `process` that is used here. */
export interface SignalledProcess {
  on(signal: 'SIGTERM' | 'SIGINT', listener: () => void): unknown;
  exit(code: number): unknown;
}

/** A terminal and the launcher may both send one Ctrl-C: within this time it is the same one. */
const SAME_SIGNAL_MS = 500;
const SWEEP_MS = 50;

/**
 * On SIGTERM or SIGINT: takes no more requests, finishes those under way, stops, exits with 0. Past the limit it
 * exits with 1; a second signal ends it at once, with 130.
 */
export function drainOnSignals(options: DrainOptions, target: SignalledProcess = process): void {
  let since: number | undefined;
  const onSignal = (): void => {
    if (since === undefined) {
      since = performance.now();
      void drainAndExit(options, target);
    } else if (performance.now() - since > SAME_SIGNAL_MS) {
      target.exit(130);
    }
  };
  target.on('SIGTERM', onSignal);
  target.on('SIGINT', onSignal);
}

async function drainAndExit(options: DrainOptions, target: SignalledProcess): Promise<void> {
  const { server, limitMs = 9_000 } = options;
  const limit = setTimeout(() => {
    options.log('shutdown.cut-short');
    server.closeAllConnections();
    target.exit(1);
  }, limitMs);
  try {
    options.log('shutdown.started');
    options.notReady();
    await sleep(options.noticeMs ?? 0);
    await closed(server);
    await sleep(options.lingerMs ?? 0);
    await options.stop();
    clearTimeout(limit);
    target.exit(0);
  } catch (error) {
    clearTimeout(limit);
    options.log(`shutdown.failed: ${String(error)}`);
    target.exit(1);
  }
}

/** Resolves when the last connection is gone: those that idle are closed, those at work after their answer. */
function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.prependListener('request', (_req, res) => void res.setHeader('Connection', 'close'));
    const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
    server.closeIdleConnections();
  });
}
