import type { StorageConfig } from '@liftdesk/storage';
import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ATTACHMENT_PREFIX } from '../attachments/storage-key';

/**
 * Why files cannot be brought from the one to the other; null where they can. One place would be compared with itself, and of
 * two that lie in one another, the one would take the other's files for its own.
 */
export function whyNotApart(from: StorageConfig, to: StorageConfig): string | null {
  if (from.type === 'local' && to.type === 'local') {
    const [source, target] = [realPath(from.uploadDir), realPath(to.uploadDir)];
    if (source === target) return 'The source and the target are the same folder';
    if (isInside(target, source)) return 'The target lies inside the source';
    if (isInside(source, target)) return 'The source lies inside the target';
  }
  if (from.type === 's3' && to.type === 's3' && from.bucket === to.bucket && from.endpoint === to.endpoint) {
    const [source, target] = [from.keyPrefix, to.keyPrefix];
    if (source === target) return 'The source and the target are the same place in the bucket';
    if (target.startsWith(source + ATTACHMENT_PREFIX)) return 'The target lies inside the source';
    if (source.startsWith(target + ATTACHMENT_PREFIX)) return 'The source lies inside the target';
  }
  return null;
}

/** Whether both are one place of files. */
export function isSameStorage(one: StorageConfig, other: StorageConfig): boolean {
  if (one.type === 'local' && other.type === 'local')
    return realPath(one.uploadDir) === realPath(other.uploadDir);
  if (one.type === 's3' && other.type === 's3')
    return (
      one.bucket === other.bucket && one.endpoint === other.endpoint && one.keyPrefix === other.keyPrefix
    );
  return false;
}

/** Links followed, as far as the path is there. */
function realPath(path: string): string {
  const whole = resolve(path);
  if (existsSync(whole)) return realpathSync(whole);
  return join(realPath(dirname(whole)), basename(whole));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '' && !/^\.\.(\/|$)/.test(way);
}
