/**
 * docs/configuration.md and .env.example from the schemas that parse the configuration; committed for those who read.
 *
 *   node tools/generate-config-docs.mjs           writes them
 *   node tools/generate-config-docs.mjs --check   exit code 1 where a committed one differs from the code
 */
import './workspace/node-version.mjs';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { compareOrWrite } from './workspace/generated.mjs';
import { ROOT, runBriefly, toolEnvironment } from './workspace/processes.mjs';
import { command } from './workspace/steps.mjs';

await command(async () => {
  await setUp('api');
  mkdirSync(join(ROOT, 'tmp'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, 'tmp/config-docs-'));
  try {
    const program = [process.execPath, ['dist/apps/api/cli.js', 'config:docs', '--out', folder]];
    await runBriefly('config-docs', program, toolEnvironment({}));
    const made = (name) => readFileSync(join(folder, name), 'utf8');
    return Math.max(
      compareOrWrite('docs/configuration.md', made('configuration.md'), 'npm run config:docs'),
      compareOrWrite('.env.example', made('env.example'), 'npm run config:docs'),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
