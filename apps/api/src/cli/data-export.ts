import { createFileStorage } from '@liftdesk/storage';
import type { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { type ExportReport, defaultName, exportDesk } from '../archive/export-desk';
import { withExportSource } from '../archive/export-source';
import { buildVersion } from '../common/build-version';
import { keepHeapSmall } from '../common/small-heap';
import type { DatabaseConfig } from '../config/database.schema';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { assertExactSchema } from '../database/migration-state';
import { openDatabase } from '../database/open-database';
import { assertNotHalfMoved } from '../move/half-moved';
import { type TableShape, tablesOf } from '../transfer/tables';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';

interface ExportCommandOptions extends OperatorOptions {
  to?: string;
  withPasswords?: true;
  allowMissing?: true;
  repair?: true;
}

export function dataExportCommand(): Command {
  return operatorCommand('data:export', 'write the whole desk into one open archive, files included')
    .option('--to <file>', 'its place; ./desk_export_<date>_<time>.tar.gz unless given')
    .option('--with-passwords', 'with the hashes of passwords; without them people set new ones by mail')
    .option('--allow-missing', 'leave files out that are gone or damaged, and note them in the manifest')
    .option('--repair', 'mend odd rows of SQLite in the archive, and record every change beside it')
    .action(action(run));
}

async function run(options: ExportCommandOptions, output: Output, signal: AbortSignal): Promise<void> {
  keepHeapSmall();
  const { database, storage, app } = await loadConfigOnce(readEnvironment());
  const createdAt = new Date();
  const to = options.to ?? defaultName(createdAt);
  const tables = await readTables(database);
  const files = await createFileStorage({ ...storage, signingSecret: randomBytes(32) });
  const repair = options.repair ?? false;
  const report = await withExportSource(database, { tables, repair, to, signal }, (source) =>
    exportDesk({
      source,
      tables,
      storage: files,
      to,
      withPasswords: options.withPasswords ?? false,
      allowMissing: options.allowMissing ?? false,
      appVersion: app.APP_VERSION ?? buildVersion(),
      createdAt,
      onProgress: (progress) => output.progress.show(progress),
      signal,
    }),
  );
  tell(report, output);
}

function tell({ path, bytes, manifest }: ExportReport, output: Output): void {
  const { count, missing } = manifest.files;
  const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
  const left = missing.length > 0 ? `; files left out: ${missing.length} (its manifest names them)` : '';
  const [inRows, inFiles, inBytes] = [rows, count, bytes].map((number) => number.toLocaleString('en'));
  output.result(
    { path, bytes, rows, files: count, missing },
    `${path}: ${inRows} rows and ${inFiles} files in ${inBytes} bytes, read back and proven${left}`,
  );
}

/** @throws StartupError where the schema is not this build's, or the desk not whole */
async function readTables(database: DatabaseConfig): Promise<TableShape[]> {
  const dataSource = await openDatabase(database);
  try {
    await assertNotHalfMoved(dataSource);
    await assertExactSchema(dataSource);
    return tablesOf(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
