import { existsSync } from 'node:fs';
import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { readEnvironment } from '../config/environment';
import { withDefaults } from '../config/platform';
import { assertMigrated } from '../database/migration-state';
import { openDatabase } from '../database/open-database';
import { AttachmentSource } from '../files-move/attachment-source';
import { databasePlace } from '../transfer/places';
import { withDatabase } from './with-database';

/** Does something with the files that the configured database speaks of, or the one that is named. */
export function withAttachments<T>(
  database: string | undefined,
  work: (attachments: AttachmentSource) => Promise<T>,
): Promise<T> {
  const open = async (dataSource: DataSource): Promise<T> => {
    await assertMigrated(dataSource);
    return work(new AttachmentSource(dataSource));
  };
  return database === undefined ? withDatabase(open) : withNamed(database, open);
}

async function withNamed<T>(database: string, work: (dataSource: DataSource) => Promise<T>): Promise<T> {
  const config = databasePlace(database, withDefaults(readEnvironment()));
  if (config.type === 'sqlite' && !existsSync(config.path))
    throw new StartupError(`There is no database ${config.path}`);
  const dataSource = await openDatabase(config);
  try {
    return await work(dataSource);
  } finally {
    await dataSource.destroy();
  }
}
