import { accessSync, constants, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { bytesOf, totalsOf } from '../../files-move/words';
import { duration } from '../../move/meter';
import type { DeskDigest } from '../../transfer/digest';
import { stampOf } from '../backup-name';
import type { RestoredFiles } from './put-back-files';
import type { Settled } from './settle-desk';

/** What a restore did and proved. */
export interface RestoreReport {
  backup: string;
  /** The instant whose state it holds; ISO 8601, UTC. */
  createdAt: string;
  /** Of Liftdesk: that made the backup, and that restored it. */
  versions: { backup: string; liftdesk: string };
  into: string;
  /** Where the database from before is; null where there was none. */
  aside: string | null;
  bytes: number;
  /** By table: rows and hash, as read back from what was restored, and as the manifest has them. */
  tables: DeskDigest;
  /** Names of the migrations that brought it to this version. */
  migrated: string[];
  settled: Settled;
  /** Null where attachments were left alone. */
  files: RestoredFiles | null;
  /** What an operator should know, or do. */
  notes: string[];
  began: string;
  ended: string;
  /** Seconds, by phase. */
  phases: Record<string, number>;
  dryRun: boolean;
  /** Where it is kept. */
  file?: string;
}

/** Before anything is done. @throws RefusedError where no report could be kept */
export function prepareReports(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw new RefusedError(
      `Reports cannot be kept in ${folder} (${(error as NodeJS.ErrnoException).code}): choose another folder with --reports. Nothing was written`,
      { cause: error },
    );
  }
}

/** As JSON and as text, for nobody but the operator. @returns the path of the text */
export function keepReport(folder: string, report: RestoreReport): string {
  const name = join(folder, `restore_${stampOf(new Date(report.ended))}`);
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
  writeFileSync(`${name}.txt`, `${reportText(report)}\n`, { mode: 0o600 });
  return `${name}.txt`;
}

function reportText(report: RestoreReport): string {
  const { backup, createdAt, versions, into, aside, bytes, tables, migrated, settled, files, phases } =
    report;
  const width = Math.max(...Object.keys(tables).map((name) => name.length), 10);
  return [
    `Restored ${backup}, the desk of ${createdAt}, made by Liftdesk ${versions.backup}, ${bytesOf(bytes)}`,
    `into ${into}, by Liftdesk ${versions.liftdesk}, ${report.began} to ${report.ended}`,
    aside === null ? 'There was no database before' : `The database from before is kept as ${aside}`,
    `Migrations: ${migrated.join(', ') || 'none was lacking'}`,
    `Sign-ins ended: ${settled.sessions}; mails not sent: ${settled.mails}; search index ${settled.searchRebuilt ? 'written anew' : 'sound'}`,
    ...(files === null ? ['Attachments were left alone'] : [filesText(files)]),
    ...report.notes,
    '',
    `${'table'.padEnd(width)}  ${'rows'.padStart(12)}  sha256, as the manifest has it`,
    ...Object.entries(tables).map(
      ([name, { rows, sha256 }]) =>
        `${name.padEnd(width)}  ${rows.toLocaleString('en').padStart(12)}  ${sha256}`,
    ),
    '',
    ...Object.entries(phases).map(([phase, seconds]) => `${phase.padEnd(width)}  ${duration(seconds)}`),
  ].join('\n');
}

/** Such as `Attachments: 31 files, 2.3 MB there; 2 files, 14 kB put back`. */
export function filesText({ there, putBack, lostBefore }: RestoredFiles): string {
  if (there.files + putBack.files + lostBefore === 0) return 'There are no attachments';
  const lost = lostBefore > 0 ? `; ${lostBefore} were lost when the backup was made` : '';
  return `Attachments: ${totalsOf(there)} there; ${totalsOf(putBack)} put back${lost}`;
}
