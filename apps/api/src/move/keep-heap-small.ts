import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Beyond a batch of small rows: a row of it is large. */
const LARGE = 2_000_000;
/** Of large rows, before what is left of them is given back. */
const BETWEEN = 8_000_000;

/**
 * Left alone V8 lets garbage grow to a few times what is in use before it looks for it: 330 MB where 230 do, measured, and no
 * slower. A move may run beside a server on a small machine.
 */
export const keepHeapSmall = (): void => setFlagsFromString('--heap-growing-percent=50');

let collect: (() => void) | undefined;
let passed = 0;

/** Messages of many megabytes leave texts and buffers that V8 would let lie: they are given back every few of them. */
export function passedRows(bytes: number): void {
  if (bytes < LARGE) return;
  passed += bytes;
  if (passed < BETWEEN) return;
  passed = 0;
  collect ??= exposedCollector();
  collect();
}

function exposedCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
