import { randomBytes } from 'node:crypto';
import { SecretStoreError } from './secret-store.errors';
import type { AwsSecretsConfig } from './secrets.config';

const PATIENCE_MS = 6_000;

/**
 * Whether the credentials may read secrets that are not the desk's: asked about one that does not exist, which Secrets
 * Manager says only to who may read it. No secret is read.
 * @throws SecretStoreError where it cannot be found out
 */
export async function mayReadForeignSecrets(config: AwsSecretsConfig): Promise<boolean> {
  const { SecretsManagerSource } = await import('./secrets-manager.source');
  const foreign = `not-of-this-desk-${randomBytes(6).toString('hex')}`;
  const source = new SecretsManagerSource({ ...config, SECRETS_ID: foreign });
  try {
    await source.current(AbortSignal.timeout(PATIENCE_MS));
    return true;
  } catch (error) {
    if (!(error instanceof SecretStoreError)) throw error;
    if (error.failure === 'not-found') return true;
    if ((error.cause as Error).name.startsWith('AccessDenied')) return false;
    throw error;
  } finally {
    source.close();
  }
}
