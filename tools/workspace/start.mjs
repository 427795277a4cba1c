import { createRequire } from 'node:module';
import { profile, prepareDatabase, setUp } from '../setup.mjs';
import { configuredPort, ensurePortFree } from './port.mjs';
import { onEnd, startServer } from './processes.mjs';
import { command, say } from './steps.mjs';

const [{ node_args: NODE_FLAGS }] = createRequire(import.meta.url)('../../ecosystem.config.js').apps;

/** Sets up, starts the server in the foreground, and ends with its exit code; Ctrl-C lets it finish what it is doing. */
export function start() {
  return command(async () => {
    const environment = profile();
    say(`Liftdesk (${environment})`);
    const port = configuredPort(environment);
    await ensurePortFree(port);
    await setUp('api', 'web');
    await prepareDatabase();
    const env = { ...process.env, NODE_ENV: environment };
    const server = startServer([process.execPath, [...NODE_FLAGS, 'dist/apps/api/main.js']], env);
    onEnd(server.stop);
    return server.exited;
  });
}
