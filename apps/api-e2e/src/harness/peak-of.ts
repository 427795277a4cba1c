import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningCommand } from './command';

/** MB that a command has had at most, once it has ended. */
export async function peakOf(run: RunningCommand): Promise<number> {
  let peak = 0;
  let isOver = false;
  void run.ended.then(() => (isOver = true));
  while (!isOver) {
    try {
      // One that has ended, and is not waited for yet, has none.
      const [, kB = 0] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${run.pid}/status`, 'utf8')) ?? [];
      peak = Math.max(peak, Number(kB) / 1024);
    } catch {
      break;
    }
    await sleep(20);
  }
  return peak;
}
