/** Whether the port is free, asked before the long steps and not after them. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './processes.mjs';
import { Stop } from './steps.mjs';

const DEFAULT_PORT = 5000;

/** @returns {number} PORT of the environment, else of the profile, else 5000 */
export function configuredPort(environment) {
  return Number(process.env.PORT || fromProfile(environment) || DEFAULT_PORT);
}

/** @throws {Stop} with what to do when another program listens there */
export async function ensurePortFree(port, otherPort = `PORT=${port + 1} npm start`) {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Stop(`PORT must be a number from 0 to 65535, not "${process.env.PORT}".`);
  const problem = await listenOnce(port);
  if (problem === 'EADDRINUSE')
    throw new Stop(
      `Port ${port} is taken by another program. Stop that one, or choose another port: ${otherPort}`,
    );
  if (problem === 'EACCES')
    throw new Stop(`Port ${port} is not allowed for this user. Choose one above 1023: PORT=5000 npm start`);
}

function listenOnce(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(error.code));
    server.listen(port, () => server.close(() => resolve(undefined)));
  });
}

function fromProfile(environment) {
  try {
    return /^PORT=["']?(\d+)/m.exec(readFileSync(join(ROOT, `.env.${environment}`), 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
