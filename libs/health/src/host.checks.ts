import { statfs } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { NamedCheck } from './health-check';
import type { HealthConfig } from './health.config';

const MB = 1024 * 1024;
const NEARLY = 0.85;
const HEAP_FULL = 0.95;
const LOOP_RESOLUTION_MS = 20;
const LOOP_WARN_MS = 200;

/** Resident memory against its limit and the heap against what V8 allows it (the heap's own size grows on demand). */
export function memoryCheck(config: Pick<HealthConfig, 'HEALTH_MEMORY_LIMIT_MB'>): NamedCheck {
  return {
    name: 'memory',
    critical: false,
    cacheMs: 1_000,
    check: () => {
      const resident = process.memoryUsage.rss() / MB;
      const { used_heap_size, heap_size_limit } = getHeapStatistics();
      const limit = config.HEALTH_MEMORY_LIMIT_MB;
      const heap = used_heap_size / heap_size_limit;
      const message = `${resident.toFixed(0)} of ${limit} MB resident, ${(heap * 100).toFixed(0)} % of the heap's limit`;
      if (resident > limit || heap > HEAP_FULL) throw new Error(message);
      return { message, warn: resident > limit * NEARLY || heap > NEARLY };
    },
  };
}

/** The disks under the data folders: a warning when full to the configured share, failing only when next to nothing is left. */
export function diskCheck(
  config: Pick<HealthConfig, 'HEALTH_DISK_WARN_PERCENT' | 'HEALTH_DISK_FLOOR_MB'>,
  folders: readonly string[],
): NamedCheck {
  return {
    name: 'disk',
    critical: false,
    cacheMs: 30_000,
    check: async () => {
      const disks = await Promise.all(folders.map(usageOf));
      const message = disks.map(({ text }) => text).join('; ');
      if (disks.some(({ freeMb }) => freeMb < config.HEALTH_DISK_FLOOR_MB)) throw new Error(message);
      return { message, warn: disks.some(({ percent }) => percent >= config.HEALTH_DISK_WARN_PERCENT) };
    },
  };
}

/** As `df` counts: used of what is used or may be used by us, without root's reserve. */
async function usageOf(folder: string) {
  const { bsize, blocks, bfree, bavail } = await statfs(folder);
  const used = blocks - bfree;
  const percent = (100 * used) / Math.max(1, used + bavail);
  const freeMb = (bavail * bsize) / MB;
  return { percent, freeMb, text: `${folder}: ${percent.toFixed(0)} % used, ${freeMb.toFixed(0)} MB free` };
}

/** How late timers were since the last look: what every request had to wait beside its own work. */
export function eventLoopCheck(): NamedCheck {
  const delay = monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS });
  delay.enable();
  return {
    name: 'eventLoop',
    critical: false,
    check: () => {
      const late = Math.max(0, delay.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
      delay.reset();
      return {
        message: `99 % of the timers were less than ${late.toFixed(0)} ms late`,
        warn: late > LOOP_WARN_MS,
      };
    },
  };
}
