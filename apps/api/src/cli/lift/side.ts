import { describeDatabase, describeStorage } from '../../transfer/places';
import type { Config } from '../../config/config';
import { readEnvironment, readEnvironmentOf } from '../../config/environment';
import { loadConfigOnce } from '../../config/load-config';

/** One of the two places of a desk. */
export interface Side {
  /** How people know it: the name of its file, or `here`. */
  name: string;
  env: Readonly<Record<string, string | undefined>>;
  config: Config;
}

/** As this process is configured. @throws StartupError */
export async function sideHere(): Promise<Side> {
  const env = readEnvironment();
  return { name: 'here', env, config: await loadConfigOnce(env) };
}

/** As a file of variables has it, and THERE_… over them. @throws StartupError */
export async function sideOf(file: string): Promise<Side> {
  const env = readEnvironmentOf(file);
  return { name: file, env, config: await loadConfigOnce(env) };
}

export const describeSide = ({ config: { database, storage } }: Side): string =>
  `${describeDatabase(database)} and ${describeStorage(storage)}`;
