import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '../common/operator-errors';
import type { DeskDigest } from '../transfer/digest';
import { duration } from './meter';
import { type Repairs, repairsText } from './repairs';

/** What a move did and proved. */
export interface MoveReport {
  from: string;
  to: string;
  /** Of the engines, of Liftdesk, and the newest migration of both sides. */
  versions: { from: string; to: string; liftdesk: string; schema: string };
  /** ISO 8601, UTC. */
  began: string;
  ended: string;
  /** An earlier run had begun it. */
  resumed: boolean;
  rows: number;
  /** By table, as read back from both sides: rows, and SHA-256 over all of them in the order of their key. */
  tables: DeskDigest;
  /** What was mended on the way, by rule, and where each change is written down; absent where nothing was. */
  repairs?: Repairs;
  /** People and what they wrote were replaced on the way. */
  masked: boolean;
  /** Seconds of this run by phase, one after the other. */
  phases: Record<string, number>;
  /** Where it is kept. */
  file?: string;
}

/**
 * Makes the folder for reports, for nobody but the operator. One that is there stays as it is: its files are the operator's only.
 * @throws RefusedError where it cannot be written
 */
export function makeReportsFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new RefusedError(
      `The folder ${folder} for reports cannot be written (${code}): give another by --reports`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Keeps a report as JSON and as text.
 * @returns the path of the text
 */
export function keepReport(folder: string, report: MoveReport): string {
  const name = join(folder, `move_${report.ended.replace(/\D/g, '')}`);
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  writeFileSync(`${name}.txt`, `${reportText(report)}\n`, { mode: 0o600, flag: 'wx' });
  return `${name}.txt`;
}

export function reportText(report: MoveReport): string {
  const { from, to, versions, began, ended, resumed, tables, phases, repairs, masked } = report;
  const width = Math.max(...Object.keys(tables).map((name) => name.length), 10);
  return [
    `Moved ${from} (${versions.from}) to ${to} (${versions.to})`,
    `by Liftdesk ${versions.liftdesk}, schema ${versions.schema}, ${began} to ${ended}${resumed ? ', an earlier run had begun it' : ''}`,
    '',
    `${'table'.padEnd(width)}  ${'rows'.padStart(12)}  sha256, the same on both sides`,
    ...Object.entries(tables).map(
      ([name, { rows, sha256 }]) =>
        `${name.padEnd(width)}  ${rows.toLocaleString('en').padStart(12)}  ${sha256}`,
    ),
    '',
    ...(masked
      ? ['Masked: people, addresses, subjects and bodies are others. Files are not part of it.', '']
      : []),
    ...(repairs ? [...repairsText(repairs), ''] : []),
    ...Object.entries(phases).map(([phase, seconds]) => `${phase.padEnd(width)}  ${inSeconds(seconds)}`),
  ].join('\n');
}

const inSeconds = (seconds: number): string => (seconds < 60 ? `${seconds.toFixed(1)} s` : duration(seconds));
