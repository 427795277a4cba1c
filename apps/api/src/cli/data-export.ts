import { createFileStorage } from '@liftdesk/storage';
import type { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { defaultName, exportDesk } from '../archive/export-desk';
import { buildVersion } from '../common/build-version';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { assertExactSchema } from '../database/migration-state';
import { openDatabase } from '../database/open-database';
import { openRowSource } from '../transfer/open-row-source';
import { tablesOf } from '../transfer/tables';
import { type OperatorOptions, action, operatorCommand } from './operator';

interface ExportCommandOptions extends OperatorOptions {
  to?: string;
  withPasswords?: true;
  allowMissing?: true;
}

export function dataExportCommand(): Command {
  return operatorCommand('data:export', 'write the whole desk into one open archive, files included')
    .option('--to <file>', 'its place; ./desk_export_<date>_<time>.tar.gz unless given')
    .option('--with-passwords', 'with the hashes of passwords; without them people set new ones by mail')
    .option('--allow-missing', 'leave files out that are gone or damaged, and note them in the manifest')
    .action(
      action<ExportCommandOptions>(async ({ to, withPasswords, allowMissing }, output, signal) => {
        const config = await loadConfigOnce(readEnvironment());
        const tables = await readTables(config.database);
        const storage = await createFileStorage({ ...config.storage, signingSecret: randomBytes(32) });
        const source = await openRowSource(config.database);
        const createdAt = new Date();
        try {
          const { path, bytes, manifest } = await exportDesk({
            source,
            tables,
            storage,
            to: to ?? defaultName(createdAt),
            withPasswords: withPasswords ?? false,
            allowMissing: allowMissing ?? false,
            appVersion: config.app.APP_VERSION ?? buildVersion(),
            createdAt,
            onProgress: (progress) => output.progress.show(progress),
            signal,
          });
          const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
          const { count, missing } = manifest.files;
          const left = missing.length > 0 ? `, ${missing.length} files left out (see its manifest)` : '';
          output.result(
            { path, bytes, rows, files: count, missing },
            `${path}: ${rows.toLocaleString('en')} rows and ${count.toLocaleString('en')} files, ` +
              `${bytes.toLocaleString('en')} bytes, read back and proven${left}`,
          );
        } finally {
          await source.close();
        }
      }),
    );
}

/** @throws StartupError where the schema is not this build's */
async function readTables(
  database: Parameters<typeof openDatabase>[0],
): Promise<ReturnType<typeof tablesOf>> {
  const dataSource = await openDatabase(database);
  try {
    await assertExactSchema(dataSource);
    return tablesOf(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
