import { join, resolve } from 'node:path';

/** dist/bench is where this runs. */
export const ROOT = resolve(__dirname, '../..');
export const API = join(ROOT, 'dist/apps/api');
/** Seeded desks, kept from run to run. */
export const DESKS = join(ROOT, 'tmp/bench');
/** Copies that a run writes into; removed with it. */
export const RUN = join(DESKS, 'run');
