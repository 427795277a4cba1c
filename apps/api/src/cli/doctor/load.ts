import { type SecretStore, SecretStoreError } from '@liftdesk/secrets';
import { StartupError } from '../../common/startup-error';
import { type Config, parseConfig } from '../../config/config';
import { loadConfig } from '../../config/load-config';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration, as far as it can be had; `problem` where it cannot be read at all. */
export type Loaded =
  | { readonly config: Config; readonly secret: KnownSecret; readonly problem: null }
  | { readonly config: null; readonly problem: string };

/** What is known of the secret store. */
export interface KnownSecret {
  /** Why it could not be read; null where it was. A stand-in has the place of what it holds then. */
  readonly failure: unknown;
  /** When its values were made, milliseconds since 1970; null where nobody knows. */
  readonly madeAt: number | null;
  /** Not to be shown. */
  readonly values: readonly string[];
}

/** A doctor does not wait as long as a server that starts. */
const SECRET_PATIENCE = '6s';
/** In the place of what the secret holds, so that all that needs none of it can be looked at. */
const STAND_IN = 'x'.repeat(64);

/** Never throws for what is configured wrongly. */
export async function load(env: Environment): Promise<Loaded> {
  try {
    const { config, secrets } = await loadConfig({ ...env, SECRETS_BOOT_TIMEOUT: SECRET_PATIENCE });
    secrets.close();
    return { config, secret: known(secrets), problem: null };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    if (!(error.cause instanceof SecretStoreError)) return { config: null, problem: error.message };
    return loadWithout(env, error.cause);
  }
}

function known(store: SecretStore): KnownSecret {
  const { provider, madeAt } = store.state();
  // With `env` it holds every variable there is.
  return { failure: null, madeAt, values: provider === 'env' ? [] : Object.values(store.values()) };
}

function loadWithout(env: Environment, failure: SecretStoreError): Loaded {
  try {
    const secret = { failure, madeAt: null, values: [] };
    return {
      config: parseConfig({ ...env, JWT_SECRET: env['JWT_SECRET'] || STAND_IN }),
      secret,
      problem: null,
    };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return { config: null, problem: `${failure.message}\n${error.message}` };
  }
}
