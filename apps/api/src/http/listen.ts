import cluster from 'node:cluster';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { StartupError } from '../common/startup-error';

export interface ListenAddress {
  PORT: number;
  /** Every address of the machine when not set. */
  HOST?: string;
}

/**
 * Whether the port could be had just now: asked before anything is opened, so that the answer is one line.
 * @throws StartupError
 */
export async function assertPortFree(address: ListenAddress): Promise<void> {
  // There the port is the primary's, which would hand this probe a share of the requests, to be lost.
  if (cluster.isWorker) return;
  const probe = createServer();
  await listen(probe, address);
  probe.close();
  await once(probe, 'close');
}

/** @throws StartupError */
export async function listen(server: Server, address: ListenAddress): Promise<void> {
  try {
    server.listen(address.PORT, address.HOST);
    await once(server, 'listening');
  } catch (error) {
    throw portError(address, error);
  }
}

/** @returns what to tell the operator, or the error itself where there is nothing better to say */
function portError({ PORT, HOST }: ListenAddress, error: unknown): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartupError(`Port ${PORT} is taken: stop what uses it, or set PORT to another one`);
    case 'EACCES':
      return new StartupError(`Port ${PORT} needs more rights: set PORT to one above 1023`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new StartupError(
        `This machine has no address ${HOST ?? ''}: set HOST to one it has, or leave it out`,
      );
    default:
      return error;
  }
}
