import { AwsError, AwsJsonServer } from './aws-json.server';

interface StoredVersion {
  VersionId: string;
  CreatedDate: number;
  content: { SecretString: string } | { SecretBinary: string };
}

interface StoredSecret {
  AWSCURRENT: StoredVersion;
  AWSPREVIOUS?: StoredVersion;
}

interface GetSecretValue {
  SecretId: string;
  VersionStage?: 'AWSCURRENT' | 'AWSPREVIOUS';
}

/** Secrets Manager: `GetSecretValue` of the current and the previous version. */
export class SecretsManagerServer extends AwsJsonServer {
  protected readonly operations = { GetSecretValue: (input: GetSecretValue) => this.getSecretValue(input) };
  private readonly secrets = new Map<string, StoredSecret>();
  private versions = 0;

  static start(): Promise<SecretsManagerServer> {
    return new SecretsManagerServer('secretsmanager').listen();
  }

  /**
   * A new version, as PutSecretValue and a rotation make one: the current one becomes the previous.
   * @param value what is no text is written as JSON; bytes make a binary secret
   * @param createdAt milliseconds since 1970
   */
  put(id: string, value: unknown, createdAt = Date.now()): void {
    const content = Buffer.isBuffer(value)
      ? { SecretBinary: value.toString('base64') }
      : { SecretString: typeof value === 'string' ? value : JSON.stringify(value) };
    const version = {
      VersionId: `version-${String((this.versions += 1)).padStart(28, '0')}`,
      CreatedDate: createdAt / 1_000,
      content,
    };
    this.secrets.set(id, { AWSCURRENT: version, AWSPREVIOUS: this.secrets.get(id)?.AWSCURRENT });
  }

  remove(id: string): void {
    this.secrets.delete(id);
  }

  private getSecretValue({ SecretId, VersionStage = 'AWSCURRENT' }: GetSecretValue): unknown {
    const version = this.secrets.get(SecretId)?.[VersionStage];
    if (!version)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret");
    const { content, ...rest } = version;
    return { Name: SecretId, ...rest, ...content, VersionStages: [VersionStage] };
  }
}
