import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type GetSecretValueCommandOutput,
} from '@aws-sdk/client-secrets-manager';
import { parseSecret } from './parse-secret';
import { SecretStoreError } from './secret-store.errors';
import type { SecretSource, SecretVersion } from './secret-source';
import type { AwsSecretsConfig } from './secrets.config';

type Stage = 'AWSCURRENT' | 'AWSPREVIOUS';

/** Answers that say who may what, beside everything that is called AccessDenied…: the role, the key, the credentials. */
const DENIED = new Set([
  'DecryptionFailure',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'MissingAuthenticationToken',
  'NotAuthorized',
  'OptInRequired',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Secrets Manager through the SDK's own chain of credentials: on AWS the role of the instance. */
export class SecretsManagerSource implements SecretSource {
  readonly name: string;
  private readonly client: SecretsManagerClient;

  constructor(private readonly config: AwsSecretsConfig) {
    const { AWS_REGION: region, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint, SECRETS_ID: id } = config;
    this.name = `the secret ${id} in Secrets Manager (${[region, endpoint].filter(Boolean).join(', ')})`;
    this.client = new SecretsManagerClient({
      region,
      ...(endpoint === undefined ? {} : { endpoint }),
      // Whoever asks decides how often and for how long.
      maxAttempts: 1,
      requestHandler: { connectionTimeout: 2_000 },
    });
  }

  async current(signal: AbortSignal): Promise<SecretVersion> {
    return this.versionOf(await this.read('AWSCURRENT', signal));
  }

  async previous(signal: AbortSignal): Promise<SecretVersion | null> {
    try {
      return this.versionOf(await this.read('AWSPREVIOUS', signal));
    } catch (error) {
      if (error instanceof SecretStoreError && error.failure !== 'unreachable') return null;
      throw error;
    }
  }

  close(): void {
    this.client.destroy();
  }

  private async read(stage: Stage, signal: AbortSignal): Promise<GetSecretValueCommandOutput> {
    const command = new GetSecretValueCommand({ SecretId: this.config.SECRETS_ID, VersionStage: stage });
    try {
      return await this.client.send(command, { abortSignal: signal });
    } catch (error) {
      throw this.clear(error as Error);
    }
  }

  private versionOf({ VersionId, CreatedDate, SecretString }: GetSecretValueCommandOutput): SecretVersion {
    return {
      id: VersionId ?? '',
      createdAt: CreatedDate?.getTime() ?? 0,
      values: parseSecret(SecretString, this.name),
    };
  }

  /** The service's own words may name the secret and the role, never a value. */
  private clear(error: Error & { code?: string }): SecretStoreError {
    const { name } = this;
    const said = error.name;
    if (said === 'ResourceNotFoundException') {
      const message = `There is no such thing as ${name}: make it, or set SECRETS_ID and AWS_REGION to where it is`;
      return new SecretStoreError('not-found', message, { cause: error });
    }
    if (
      said === 'InvalidRequestException' ||
      said === 'InvalidParameterException' ||
      said === 'ValidationException'
    ) {
      const message = `Secrets Manager does not give out ${name} (${said}): is it marked for deletion, or SECRETS_ID wrong?`;
      return new SecretStoreError('not-found', message, { cause: error });
    }
    if (said.startsWith('AccessDenied') || DENIED.has(said)) {
      const message =
        `This process may not read ${name} (${said}): its role needs secretsmanager:GetSecretValue on it, ` +
        'and kms:Decrypt where it is encrypted with a key of your own';
      return new SecretStoreError('denied', message, { cause: error });
    }
    if (said === 'CredentialsProviderError') {
      const message = `No AWS credentials for ${name}: give the instance a role, or set AWS_PROFILE`;
      return new SecretStoreError('unreachable', message, { cause: error });
    }
    const reason = error.code ?? /\bE[A-Z_]{4,}\b/.exec(error.message)?.[0] ?? said;
    return new SecretStoreError('unreachable', `No answer about ${name} (${reason})`, { cause: error });
  }
}
