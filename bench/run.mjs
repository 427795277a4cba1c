/** Bundles the benchmark's programs, then runs them: `npm run bench -- --quick`. The API is built before by nx. */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'bench/src');
const OUT = join(ROOT, 'dist/bench');

const programs = readdirSync(SOURCE, { recursive: true }).filter((file) => file.endsWith('.program.ts'));
await build({
  absWorkingDir: ROOT,
  entryPoints: programs.map((file) => join(SOURCE, file)),
  outdir: OUT,
  entryNames: '[name]',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  tsconfig: join(ROOT, 'bench/tsconfig.json'),
  sourcemap: 'linked',
  logLevel: 'warning',
});
const child = spawn(process.execPath, [join(OUT, 'main.program.js'), ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
});
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
