import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The entries of an archive in their order, as the system's own tar takes them out. */
export function untar(path: string): Map<string, Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-untar-'));
  try {
    execFileSync('tar', ['-xzmf', path, '-C', folder]);
    const names = execFileSync('tar', ['-tzf', path], { encoding: 'utf8' }).trimEnd().split('\n');
    return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
}
