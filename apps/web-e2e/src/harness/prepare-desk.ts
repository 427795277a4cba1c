import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertBuilt, runCommand } from './built-product';
import { isCloud, startSharedServers } from './cloud/shared-servers';
import { INGRID, RASHID } from './people';

/**
 * Makes one desk with the schema, the demo data and the agents of the journeys; every server starts on a copy of it.
 * @returns what takes it away again
 */
export async function prepareDesk(): Promise<() => Promise<void>> {
  assertBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    if (isCloud()) {
      const stop = await startSharedServers((env) => fill(folder, env));
      return async () => {
        await stop();
        remove();
      };
    }
    await fill(folder);
  } catch (error) {
    remove();
    throw error;
  }
  process.env['DESK_TEMPLATE'] = folder;
  return async () => remove();
}

/** @param env where database and files are, beyond the folder */
async function fill(folder: string, env: NodeJS.ProcessEnv = {}): Promise<void> {
  await runCommand(folder, ['migration:run'], env);
  await runCommand(folder, ['seed', '--demo-if-empty'], env);
  for (const { name, email, password } of [INGRID, RASHID]) {
    const flags = ['--name', name, '--email', email, '--role', 'agent'];
    await runCommand(folder, ['user:create', ...flags], { ...env, LIFTDESK_PASSWORD: password });
  }
}
