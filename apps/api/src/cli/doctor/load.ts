import { SecretStoreError } from '@liftdesk/secrets';
import { StartupError } from '../../common/startup-error';
import { type Config, parseConfig } from '../../config/config';
import { loadConfigOnce } from '../../config/load-config';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The configuration, as far as it can be had; `problem` where it cannot be read at all. */
export type Loaded =
  | { readonly config: Config; readonly secretFailure: unknown; readonly problem: null }
  | { readonly config: null; readonly problem: string };

/** A doctor does not wait as long as a server that starts. */
const SECRET_PATIENCE = '6s';
/** In the place of what the secret holds, so that all that needs none of it can be looked at. */
const STAND_IN = 'x'.repeat(64);

/** Never throws for what is configured wrongly. */
export async function load(env: Environment): Promise<Loaded> {
  try {
    const config = await loadConfigOnce({ ...env, SECRETS_BOOT_TIMEOUT: SECRET_PATIENCE });
    return { config, secretFailure: null, problem: null };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    if (!(error.cause instanceof SecretStoreError)) return { config: null, problem: error.message };
    return loadWithout(env, error.cause);
  }
}

function loadWithout(env: Environment, secretFailure: SecretStoreError): Loaded {
  try {
    return { config: parseConfig({ JWT_SECRET: STAND_IN, ...env }), secretFailure, problem: null };
  } catch (error) {
    if (!(error instanceof StartupError)) throw error;
    return { config: null, problem: `${secretFailure.message}\n${error.message}` };
  }
}
