import 'reflect-metadata';
import { DEMO_ACCOUNTS } from './auth/demo-accounts';
import { StartupError } from './common/startup-error';
import { Config, parseConfig } from './config/config';
import { readEnvironment } from './config/environment';
import { drainOnSignals } from './http/drain';
import { RunningServer, startServer } from './start';

async function main(): Promise<void> {
  const config = parseConfig(readEnvironment());
  const server = await startServer(config);
  drainOnSignals(server.drain);
  process.stdout.write(greeting(config, server));
  process.send?.('ready');
}

function greeting(config: Config, { port, setupLink }: RunningServer): string {
  const address = config.http.FRONTEND_URL[0] ?? `http://localhost:${port}`;
  const lines = ['', `  Liftdesk is ready: ${address}`];
  if (config.app.NODE_ENV === 'development') {
    lines.push(
      '',
      '  Demo accounts:',
      ...DEMO_ACCOUNTS.map(
        ({ role, email, password }) => `    ${role.padEnd(9)} ${email.padEnd(20)} ${password}`,
      ),
    );
  }
  if (setupLink)
    lines.push('', '  Nobody works here yet. Make the first admin, once, at', `    ${setupLink}`);
  return `${lines.join('\n')}\n\n`;
}

main().catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof StartupError ? error.message : `Liftdesk cannot start: ${(error as Error).stack}`}\n`,
  );
  process.exitCode = 1;
});
