import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeskDigest } from '../transfer/digest';
import { duration } from './meter';

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
  /** Seconds of this run by phase, one after the other. */
  phases: Record<string, number>;
  /** Where it is kept. */
  file?: string;
}

/**
 * Keeps a report as JSON and as text, for nobody but the operator.
 * @returns the path of the text
 */
export function keepReport(folder: string, report: MoveReport): string {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const name = join(folder, `move_${report.ended.replace(/\D/g, '').slice(0, 14)}`);
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(`${name}.txt`, `${reportText(report)}\n`, { mode: 0o600 });
  return `${name}.txt`;
}

export function reportText(report: MoveReport): string {
  const { from, to, versions, began, ended, resumed, tables, phases } = report;
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
    ...Object.entries(phases).map(([phase, seconds]) => `${phase.padEnd(width)}  ${duration(seconds)}`),
  ].join('\n');
}
