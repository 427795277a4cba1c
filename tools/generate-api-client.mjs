/**
 * libs/api-client/src/api.generated.ts from apps/api/openapi.json: types only, so the client carries nothing of it.
 *
 *   node tools/generate-api-client.mjs [--check]
 */
import './workspace/node-version.mjs';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import openapiTS, { astToString } from 'openapi-typescript';
import { compareOrWrite } from './workspace/generated.mjs';
import { ROOT } from './workspace/processes.mjs';
import { command } from './workspace/steps.mjs';

const HEADER = '// Generated from apps/api/openapi.json by `npm run openapi`. Do not edit.\n\n';

await command(async () => {
  const document = JSON.parse(readFileSync(join(ROOT, 'apps/api/openapi.json'), 'utf8'));
  const types = astToString(await openapiTS(document, { alphabetize: true, defaultNonNullable: false }));
  return compareOrWrite('libs/api-client/src/api.generated.ts', HEADER + types);
});
