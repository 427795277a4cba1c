import { hideInLogs } from '@liftdesk/logging';
import {
  openSecretStore,
  secretsConfig,
  SecretStore,
  SecretStoreError,
  type SecretValues,
} from '@liftdesk/secrets';
import { StartupError } from '../common/startup-error';
import { type Config, VARIABLES, parseConfig } from './config';
import { placeholderProblems, withDefaults } from './platform';

export interface LoadedConfig {
  config: Config;
  /** Open; whoever loads the config closes it. */
  secrets: SecretStore;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What decides how the secret is read, and by whom, cannot come from the secret. */
const NOT_OF_A_SECRET = /^(NODE_ENV|PLATFORM|SECRETS_\w+|AWS_\w+)$/;
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
  const configOf = (values: SecretValues): Config => parseConfig({ ...env, ...withoutReserved(values) });
  const secrets = await openSecretStore(wanted.data, {
    env,
    accept: (values) => {
      configOf(values);
      if (wanted.data.SECRETS_PROVIDER !== 'env') hideInLogs(values);
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

function withoutReserved(values: SecretValues): SecretValues {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !NOT_OF_A_SECRET.test(name)));
}
