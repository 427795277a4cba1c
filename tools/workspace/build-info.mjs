/** What `/health` and the log say about the build: build.json beside it holds `{ version, commit? }`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Apart from the bundle, because nx restores a bundle from its cache under a later commit too. */
export function writeBuildInfo(folder = join(ROOT, 'dist/apps/api')) {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'build.json'), `${JSON.stringify({ version, commit: commit() })}\n`);
}

/** The commit of this checkout, whoever owns it; nothing where there is no git. */
function commit() {
  try {
    const args = ['-c', `safe.directory=${ROOT.replace(/[\\/]$/, '')}`, 'rev-parse', '--short=12', 'HEAD'];
    const output = execFileSync('git', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
    return output.toString().trim();
  } catch {
    return undefined;
  }
}
