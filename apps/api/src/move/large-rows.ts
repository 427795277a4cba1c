import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Beyond a batch of small rows: a row of it is large. */
const LARGE = 2_000_000;
/** Of large rows, before what is left of them is given back. */
const BETWEEN = 8_000_000;

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
