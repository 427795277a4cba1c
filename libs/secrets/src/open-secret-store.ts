import { EnvSecretStore } from './env.secret-store';
import type { SecretStore, SecretValues } from './secret-store';
import type { SecretsConfig } from './secrets.config';

export interface OpenOptions {
  /** What `env` reads from. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Throws where these values would not do: the store does not open, or later keeps what it has. Its message holds no
   * value.
   */
  readonly accept?: (values: SecretValues) => void;
}

/**
 * @throws SecretStoreError when the secrets cannot be had, in time or at all
 * @throws what `accept` throws
 */
export async function openSecretStore(
  config: SecretsConfig,
  { env, accept }: OpenOptions,
): Promise<SecretStore> {
  switch (config.SECRETS_PROVIDER) {
    case 'env': {
      const store = new EnvSecretStore(env);
      accept?.(store.values());
      return store;
    }
    case 'aws': {
      const [{ SecretsManagerSource }, { VersionedSecretStore }] = await Promise.all([
        import('./secrets-manager.source'),
        import('./versioned.secret-store'),
      ]);
      return VersionedSecretStore.open(new SecretsManagerSource(config), {
        ttlMs: config.SECRETS_TTL,
        bootTimeoutMs: config.SECRETS_BOOT_TIMEOUT,
        accept,
      });
    }
  }
}
