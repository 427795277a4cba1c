import { existsSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { StartupError } from '../../common/startup-error';
import { type Config, SLICES } from '../../config/config';
import { readEnvironment, readEnvironmentOf } from '../../config/environment';
import { loadConfigOnce } from '../../config/load-config';
import { withDefaults } from '../../config/platform';
import { variablesOf } from '../../config/variables';
import { describeDatabase, describeStorage } from '../../transfer/places';
import { RefusedError } from '../../common/operator-errors';

type Environment = Readonly<Record<string, string | undefined>>;

/** One of the two places of a desk. */
export interface Side {
  /** How people know it: the name of its file, or `here`. */
  name: string;
  /** Where its server is started, and relative paths begin. */
  folder: string;
  env: Environment;
  config: Config;
}

const FILES_AND_FOLDERS: ReadonlySet<string> = new Set([
  'DATABASE_PATH',
  'DATABASE_CA_FILE',
  'UPLOAD_DIR',
  'BACKUP_DIR',
  'LOG_DIR',
  'MAIL_DIR',
  'SMTP_CA_FILE',
]);

/** As this process is configured. @throws RefusedError where that is not right */
export async function sideHere(): Promise<Side> {
  return side('here', process.cwd(), readEnvironment());
}

/**
 * As a file of variables has it, and THERE_… over them. Its relative paths begin in its own folder, as they do for the server
 * that is started there.
 * @throws RefusedError where what it says is not right, StartupError where it cannot be read
 */
export async function sideOf(file: string): Promise<Side> {
  return side(file, dirname(resolve(file)), readEnvironmentOf(file));
}

async function side(name: string, folder: string, given: Environment): Promise<Side> {
  const env = { ...given, ...wholePaths(given, folder) };
  try {
    return { name, folder, env, config: await loadConfigOnce(env) };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    throw new RefusedError(`${name}: ${error.message}`, { cause: error });
  }
}

/** Paths that a place is left to its defaults with begin in its folder as well. */
function wholePaths(env: Environment, folder: string): Environment {
  const given = withDefaults(env);
  const paths = Object.values(SLICES)
    .flatMap((schema) => variablesOf(schema))
    .filter(({ name }) => FILES_AND_FOLDERS.has(name))
    .map(({ name, byDefault }): [string, string | null | undefined] => [name, given[name] ?? byDefault])
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    // On AWS somebody has to say where the database is: there is no default.
    .filter(([name]) => name !== 'DATABASE_PATH' || given['PLATFORM'] !== 'aws' || given[name] !== undefined);
  return Object.fromEntries(paths.map(([name, path]) => [name, resolve(folder, path)]));
}

export const describeSide = ({ config: { database, storage } }: Side): string =>
  `${describeDatabase(database)} and ${describeStorage(storage)}`;

/** What its server wants its file of variables to be called. */
export const fileWanted = ({ config }: Side): string => `.env.${config.app.NODE_ENV}`;

export const isCalledAsWanted = (side: Side): boolean => basename(side.name) === fileWanted(side);

/** Opening a file of SQLite that is not there would make one. @throws RefusedError */
export function assertThere({ name, config: { database } }: Side): void {
  if (database.type === 'sqlite' && !existsSync(database.path))
    throw new RefusedError(`There is no database ${database.path} (${name}): there is nothing to bring`);
}
