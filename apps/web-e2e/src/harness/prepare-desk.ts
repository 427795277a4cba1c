import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertBuilt, runCommand } from './built-product';
import { INGRID, RASHID } from './people';

/**
 * Makes one desk with the schema, the demo data and the agents of the journeys; every server starts on a copy of it.
 * @returns what takes it away again
 */
export async function prepareDesk(): Promise<() => void> {
  assertBuilt();
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-web-e2e-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    await runCommand(folder, ['migration:run']);
    await runCommand(folder, ['seed', '--demo-if-empty']);
    for (const { name, email, password } of [INGRID, RASHID]) {
      const flags = ['--name', name, '--email', email, '--role', 'agent'];
      await runCommand(folder, ['user:create', ...flags], { LIFTDESK_PASSWORD: password });
    }
  } catch (error) {
    remove();
    throw error;
  }
  process.env['DESK_TEMPLATE'] = folder;
  return remove;
}
