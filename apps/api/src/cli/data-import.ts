import { createFileStorage } from '@liftdesk/storage';
import type { Command } from 'commander';
import { randomBytes } from 'node:crypto';
import { importDesk } from '../archive/import-desk';
import { keepHeapSmall } from '../common/small-heap';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { type OperatorOptions, action, operatorCommand } from './operator';
import { patient } from './with-database';

interface ImportCommandOptions extends OperatorOptions {
  from: string;
  dryRun?: true;
}

export function dataImportCommand(): Command {
  return operatorCommand(
    'data:import',
    'bring a desk out of an archive of data:export into an empty database',
  )
    .requiredOption('--from <file>', 'the archive')
    .option('--dry-run', 'prove the archive and look whether it could be imported; nothing is written')
    .action(
      action<ImportCommandOptions>(async ({ from, dryRun }, output, signal) => {
        keepHeapSmall();
        const { database, storage } = await loadConfigOnce(readEnvironment());
        const { createdAt, appVersion, tables, files, withPasswords } = await importDesk({
          from,
          database: patient(database),
          storage: await createFileStorage({ ...storage, signingSecret: randomBytes(32) }),
          dryRun: dryRun ?? false,
          onProgress: (progress) => output.progress.show(progress),
          signal,
        });
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const what = `${rows.toLocaleString('en')} rows and ${files.count.toLocaleString('en')} files of ${createdAt}`;
        const missing =
          files.missing.length > 0 ? `\n${files.missing.length} files were not in the archive` : '';
        const passwords = withPasswords
          ? ''
          : '\nNobody has a password yet: people ask for a new one at sign-in, or `npm run user:password` sets it';
        output.result(
          {
            dryRun: dryRun ?? false,
            createdAt,
            appVersion,
            rows,
            files: files.count,
            missing: files.missing,
          },
          dryRun
            ? `${from} is whole and can be imported: ${what}`
            : `Imported and proven: ${what}${missing}${passwords}`,
        );
      }),
    );
}
