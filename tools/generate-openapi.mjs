/**
 * apps/api/openapi.json from the code of the API; committed, so that a change of the contract is seen in review.
 *
 *   node tools/generate-openapi.mjs           writes it
 *   node tools/generate-openapi.mjs --check   exit code 1 where the committed one differs from the code
 */
import './workspace/node-version.mjs';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { profile, setUp } from './setup.mjs';
import { compareOrWrite } from './workspace/generated.mjs';
import { ROOT, runBriefly, toolEnvironment } from './workspace/processes.mjs';
import { command } from './workspace/steps.mjs';

await command(async () => {
  await setUp('api');
  mkdirSync(join(ROOT, 'tmp'), { recursive: true });
  const draft = join(ROOT, `tmp/openapi.${process.pid}.json`);
  try {
    const program = [process.execPath, ['dist/apps/api/cli.js', 'openapi', '--out', draft]];
    await runBriefly('openapi', program, toolEnvironment({ NODE_ENV: profile() }));
    const document = JSON.parse(readFileSync(draft, 'utf8'));
    return compareOrWrite('apps/api/openapi.json', `${JSON.stringify(document, null, 2)}\n`);
  } finally {
    rmSync(draft, { force: true });
  }
});
