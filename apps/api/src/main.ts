import 'reflect-metadata';
import { StartupError } from './common/startup-error';
import { readEnvironment } from './config/environment';
import { loadConfig } from './config/load-config';
import { exitOnCrash } from './crash';
import { greeting } from './greeting';
import { drainOnSignals } from './http/drain';
import { startServer } from './start';

async function main(): Promise<void> {
  const { config, secrets } = await loadConfig(readEnvironment());
  const server = await startServer(config, secrets);
  exitOnCrash(server.logger);
  drainOnSignals(server.drain);
  process.stdout.write(greeting(config, server));
  process.send?.('ready');
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof StartupError ? error.message : `Liftdesk cannot start: ${(error as Error).stack}`}\n`,
  );
  process.exitCode = 1;
});
