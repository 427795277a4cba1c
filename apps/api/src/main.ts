import 'reflect-metadata';
import { redactText } from '@liftdesk/logging';
import cluster from 'node:cluster';
import { StartupError } from './common/startup-error';
import { readEnvironment } from './config/environment';
import { loadConfig } from './config/load-config';
import { exitOnCrash } from './crash';
import { greeting } from './greeting';
import { drainOnSignals, rememberSignals } from './http/drain';
import { startServer } from './start';

async function main(): Promise<void> {
  const environment = readEnvironment();
  const { config, secrets } = await loadConfig(environment);
  const takesOver = cluster.isWorker && (environment['NODE_APP_INSTANCE'] ?? '0') === '0';
  const isToldToEnd = takesOver ? rememberSignals() : () => false;
  const server = await startServer(config, secrets, takesOver ? { onWaiting: ready } : {});
  exitOnCrash(server.logger);
  drainOnSignals(server.drain);
  process.stdout.write(greeting(config, server));
  ready();
  if (isToldToEnd()) process.emit('SIGTERM', 'SIGTERM');
}

/** For PM2, which then ends the process before this one: its reload starts the new one first. */
const ready = (): void => void process.send?.('ready');

/** A question that nobody answers, such as one for credentials, keeps a failed start no longer. */
const LEFT_OPEN_MS = 2_000;

main().catch((error: unknown) => {
  const said =
    error instanceof StartupError ? error.message : `Liftdesk cannot start: ${(error as Error).stack}`;
  process.stderr.write(`${redactText(said)}\n`);
  process.exitCode = 1;
  setTimeout(() => process.exit(), LEFT_OPEN_MS).unref();
});
