import { profile, prepareDatabase } from '../setup.mjs';
import { forgetBuild } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { configuredPort, ensurePortFree } from './port.mjs';
import { nx, onEnd, startServer, toolEnvironment } from './processes.mjs';
import { command, duration, say, step } from './steps.mjs';

const CLIENT_PORT = 4200;

/** The client's server sends `/api` and `/health` on to the API, see apps/web/proxy.conf.json. */
export function dev() {
  return command(async () => {
    const environment = profile();
    await ensurePortFree(configuredPort(environment));
    await ensurePortFree(CLIENT_PORT, 'end what listens there first');
    await ensureInstalled();
    // Loaded only now: esbuild and SWC are there after the install.
    const { buildApi, watchApi } = await import('../build-api.mjs');
    forgetBuild('api');
    await step('Building API', buildApi);
    await prepareDatabase();

    const api = restartable([process.execPath, ['--enable-source-maps', 'dist/apps/api/main.js']], {
      ...process.env,
      NODE_ENV: environment,
    });
    const stopWatching = await watchApi(({ errors, ms }) => {
      if (errors.length > 0) return say(`✗ API not built, the last good one runs on:\n${errors.join('\n')}`);
      say(`✓ API built (${duration(ms)})`);
      return api.restart();
    });
    const client = startServer(
      nx('serve', 'web', '--port', String(CLIENT_PORT)),
      toolEnvironment({ NODE_ENV: environment }),
    );
    say(`  The client, reloading as you type: http://localhost:${CLIENT_PORT}`);

    onEnd(() => {
      api.stop();
      client.stop();
    });
    const code = await client.exited;
    await Promise.all([api.stop(), stopWatching()]);
    return code;
  });
}

/** A server that is ended and started anew, one at a time; requests that come while it restarts end in one more restart. */
function restartable(program, env) {
  let running;
  let queue = Promise.resolve();
  let over = false;
  const end = async () => {
    running?.stop();
    await running?.exited;
    running = undefined;
  };
  return {
    restart() {
      queue = queue.then(end).then(() => {
        if (!over) running = startServer(program, env);
      });
      return queue;
    },
    stop() {
      over = true;
      queue = queue.then(end);
      return queue;
    },
  };
}
