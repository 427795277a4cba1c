import { StorageUnavailableError } from '@liftdesk/storage';
import { existsSync } from 'node:fs';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { assertNothingTakenAway } from '../database/migration-state';
import type { DeskDigest } from '../transfer/digest';
import type { TableShape } from '../transfer/tables';
import { reasonOf } from '../files-move/file-place';
import { stillThere } from './attachment-store';
import { freeName } from './backup-name';
import { describePlace, openBackupPlace } from './backup-place';
import { type BackupRun, discard, prove, proveSample, storeDatabase, storeFiles } from './backup-run';
import { NOTHING_COUNTS } from './backup.errors';
import type { DeskSnapshot } from './desk-snapshot';
import type { ListedFile } from './file-list';
import { type Manifest, writeManifest } from './manifest';
import { oneAtATime } from './one-at-a-time';
import { openSnapshot } from './open-snapshot';
import { Phases } from './phases';
import { type Removal, cleanUp, noRemoval } from './retention';
import { inWorkFolder } from './work-folder';

export interface BackupOptions {
  /** Of this build. */
  version: string;
  /** Told in a line what was done. */
  say: (line: string) => void;
  signal: AbortSignal;
  /** Whether outdated backups are removed once this one counts; so they are, unless it is said. */
  prune?: boolean;
}

export interface BackupReport {
  manifest: Manifest;
  place: string;
  /** Attachments that were copied by this backup; the others were there already. */
  added: number;
  /** Attachments whose object is missing in the store, or is not what its row says. */
  problems: ListedFile[];
  /** Seconds, by phase. */
  phases: Record<string, number>;
  removal: Removal;
}

/**
 * Makes a backup of the configured desk, restores it, and counts it only when all of it came back; then removes outdated
 * ones. A server may go on.
 * @throws RefusedError where another one is under way, and for nothing else: then there will be one; InterruptedError, StartupError
 */
export async function makeBackup(config: Config, options: BackupOptions): Promise<BackupReport> {
  const { database, backup } = config;
  if (database.type === 'sqlite' && !existsSync(database.path))
    throw new StartupError(`There is no database ${database.path}: check DATABASE_PATH. Nothing was written`);
  const phases = new Phases(options.say, options.signal);
  try {
    return await oneAtATime(database, () =>
      inWorkFolder(backup.folder, options.say, async (folder) => {
        const place = await openBackupPlace(backup);
        const name = await freeName(place, new Date());
        const report = await backUp({ name, config, place, folder, phases }, options);
        const removal = options.prune === false ? noRemoval() : await cleanUp(place, backup);
        return { ...report, removal };
      }),
    );
  } catch (error) {
    if (!(error instanceof StorageUnavailableError)) throw error;
    throw new StartupError(`${reasonOf(error)}. ${NOTHING_COUNTS}`, { cause: error });
  }
}

async function backUp(run: BackupRun, options: BackupOptions): Promise<Omit<BackupReport, 'removal'>> {
  const { config, place, phases, folder } = run;
  const { database, backup } = config;
  const createdAt = new Date().toISOString();
  const snapshot = await phases.run('copy', 'Read the database at one instant', () =>
    openSnapshot(database, backup, folder),
  );
  try {
    const { engine, desk } = snapshot;
    const migrations = await migrationsOf(snapshot);
    const [artefact, expected] = await storeDatabase(run, snapshot);
    const kept = await storeFiles(run, snapshot);
    const held = await prove(run, artefact, desk.tables, expected);
    const differing = await proveSample(run, kept);
    const problems = await stillThere(database, desk.tables, [...kept.problems, ...differing]);
    const manifest: Manifest = {
      ...{ format: 1, name: run.name, createdAt, provenAt: new Date().toISOString() },
      ...{ appVersion: options.version, engine, engineVersion: desk.version, migrations },
      tables: described(desk.tables, held),
      database: artefact,
      files: { ...kept.files, missing: problems.length, sample: kept.sample },
    };
    await writeManifest(place, manifest);
    return { manifest, place: describePlace(backup), added: kept.added, problems, phases: phases.seconds };
  } catch (error) {
    await discard(run);
    throw error;
  } finally {
    await snapshot.close();
  }
}

function described(tables: readonly TableShape[], held: DeskDigest): Manifest['tables'] {
  const entries = tables.map(({ name, columns }) => {
    const digest = held[name] as DeskDigest[string];
    return [name, { ...digest, columns: columns.map((column) => column.name) }];
  });
  return Object.fromEntries(entries) as Manifest['tables'];
}

/**
 * After a way back the desk is of a newer version than the build that serves, and is backed up all the same: the copy is of all of it.
 * @throws StartupError where there is no desk, or something was taken away that this build knows
 */
async function migrationsOf({ rows, desk }: DeskSnapshot): Promise<string[]> {
  const migrations = await rows.migrations();
  if (migrations.length === 0)
    throw new StartupError('There is no desk in this database: start Liftdesk once. Nothing was written');
  assertNothingTakenAway(migrations.filter((name) => !desk.known.includes(name)));
  return migrations;
}
