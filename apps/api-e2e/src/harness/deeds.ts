import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Installation } from './built-api';
import { begin } from './command';

const PRELOAD = `--require ${join(__dirname, 'pause-at-deed.cjs')}`;

/** What the restore of the newest backup does to files and to databases, from its beginning to its end. */
export async function deedsOfRestore(
  installation: Installation,
  env: Record<string, string> = {},
): Promise<string[]> {
  const deeds = join(installation.folder, 'deeds');
  const observed = { ...env, NODE_OPTIONS: PRELOAD, DEEDS: deeds };
  const { code, stderr } = await begin(installation, ['restore', 'latest'], observed).ended;
  if (code !== 0) throw new Error(stderr);
  return readFileSync(deeds, 'utf8').trim().split('\n');
}

/**
 * Variables by which a command stands still before a deed, until there is a file `go` in the folder.
 * @param from the first that is counted begins so
 */
export const pauseAt = ({ folder }: Installation, deed: number, from?: string): Record<string, string> => ({
  NODE_OPTIONS: PRELOAD,
  PAUSE_AT: String(deed),
  PAUSE_UNTIL: join(folder, 'go'),
  ...(from !== undefined && { PAUSE_FROM: from }),
});

/** The same, where only deeds count that have these words in their names. */
export const pauseAtOne = (installation: Installation, of: string, deed: number): Record<string, string> => ({
  ...pauseAt(installation, deed),
  PAUSE_OF: of,
});
