import { hideInLogs } from '@liftdesk/logging';
import {
  openSecretStore,
  secretsConfig,
  SecretStore,
  SecretStoreError,
  type SecretValues,
} from '@liftdesk/secrets';
import { StartupError } from '../common/startup-error';
import { type Config, SECRET_VARIABLES, VARIABLES, parseConfig } from './config';
import { placeholderProblems, withDefaults } from './platform';

export interface LoadedConfig {
  config: Config;
  /** Open; whoever loads the config closes it. */
  secrets: SecretStore;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What decides how the secret is read, and by whom, cannot come from the secret. */
const NOT_OF_A_SECRET = /^(NODE_ENV|PLATFORM|SECRETS_\w+|AWS_\w+)$/;
/** What everybody may know stays readable in logs, though a secret holds it: an address, a region, the name of a bucket. */
const PLAIN = new Set(VARIABLES.filter((name) => !SECRET_VARIABLES.has(name)));
/** Only so that a secret that cannot be known yet is not among what is wrong. */
const STAND_IN = 'x'.repeat(64);

/**
 * Parses what the secret store needs, opens it, and parses everything with the secrets filled in. A value of Secrets
 * Manager wins over a variable of the same name; with SECRETS_PROVIDER=env the environment is all there is.
 * @param env variables by name; it is left as it is
 * @throws StartupError that lists every wrong variable and what was expected, or says why the secret cannot be had;
 * never a value
 */
export async function loadConfig(env: Environment): Promise<LoadedConfig> {
  const input = withDefaults(env);
  const wanted = secretsConfig.safeParse(input);
  // A profile that nobody has filled in yet is told so at once: its secret would be waited for in vain.
  if (!wanted.success || placeholderProblems(input, VARIABLES).length > 0) {
    parseConfig({ JWT_SECRET: STAND_IN, ...env });
    throw new Error('A wrong slice was parsed');
  }
  hideInLogs(valuesOf(env, (name) => SECRET_VARIABLES.has(name)));
  const configOf = (values: SecretValues): Config => parseConfig({ ...env, ...usedOf(values) });
  const secrets = await openSecretStore(wanted.data, {
    env,
    accept: (values) => {
      configOf(values);
      if (wanted.data.SECRETS_PROVIDER !== 'env') hideInLogs(valuesOf(values, (name) => !PLAIN.has(name)));
    },
  }).catch((error: unknown) => {
    throw error instanceof SecretStoreError ? new StartupError(error.message, { cause: error }) : error;
  });
  return { config: configOf(secrets.values()), secrets };
}

/** The config alone, for a command that ends soon. @throws StartupError as loadConfig() */
export async function loadConfigOnce(env: Environment): Promise<Config> {
  const { config, secrets } = await loadConfig(env);
  secrets.close();
  return config;
}

/** The names of a secret that are not believed. */
export function reservedNames(values: SecretValues): string[] {
  return Object.keys(values).filter((name) => NOT_OF_A_SECRET.test(name));
}

/** `""` is no value, as with variables. */
const usedOf = (values: SecretValues): SecretValues =>
  valuesOf(values, (name) => !NOT_OF_A_SECRET.test(name));

/** Those that have one, of the names that are wanted. */
function valuesOf(values: Environment, isWanted: (name: string) => boolean): SecretValues {
  const set = Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return Object.fromEntries(set.filter(([name]) => isWanted(name)));
}
