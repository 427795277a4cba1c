export { EnvSecretStore } from './env.secret-store';
export { mayReadForeignSecrets } from './foreign-secret';
export { openSecretStore, type OpenOptions } from './open-secret-store';
export { SecretStoreError, type SecretStoreFailure } from './secret-store.errors';
export {
  type FormerSecrets,
  type SecretEvent,
  SecretStore,
  type SecretStoreState,
  type SecretValues,
} from './secret-store';
export { type AwsSecretsConfig, secretsConfig, type SecretsConfig } from './secrets.config';
export { SecretsModule } from './secrets.module';
