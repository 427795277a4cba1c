/**
 * Bundles the benchmark's programs, then runs one: `npm run bench -- --quick`, `npm run bench -- move`, `npm run bench --
 * backup`. The API is built before by nx.
 */
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
const [first, ...rest] = process.argv.slice(2);
const [program, args] = ['move', 'backup'].includes(first) ? [first, rest] : ['main', process.argv.slice(2)];
const child = spawn(process.execPath, [join(OUT, `${program}.program.js`), ...args], {
  cwd: ROOT,
  stdio: 'inherit',
});
child.once('close', (code) => {
  process.exitCode = code ?? 1;
});
