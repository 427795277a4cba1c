import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Servers run on core 0 and load on core 1, where the system can do that. */
export const PINNED = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;

/** The command that runs a program on one core. */
export function onCore(core: number, program: string, args: string[]): [program: string, args: string[]] {
  return PINNED ? ['taskset', ['-c', String(core), program, ...args]] : [program, args];
}
