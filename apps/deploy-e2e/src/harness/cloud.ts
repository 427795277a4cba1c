import {
  PostgresServer,
  RedisServer,
  S3Server,
  SecretsManagerServer,
  SesServer,
  ThrowAwayDatabases,
} from '@liftdesk/testing';

const SECRET_ID = 'prod/support-ticket/api';
export const DATABASE = 'liftdesk';
const SENDER = 'support@desk.example';

/** What a desk on AWS leans on, each on the loopback: PostgreSQL, Redis, a bucket, Secrets Manager, SES. */
export class Cloud {
  private constructor(
    readonly postgres: PostgresServer,
    readonly redis: RedisServer,
    readonly bucket: S3Server,
    readonly secrets: SecretsManagerServer,
    readonly mail: SesServer,
  ) {}

  static async start(): Promise<Cloud> {
    const cloud = new Cloud(
      await PostgresServer.start(),
      await RedisServer.start(),
      await S3Server.start({ allowedOrigins: ['*'] }),
      await SecretsManagerServer.start(),
      await SesServer.start(),
    );
    cloud.mail.verified.add(SENDER);
    await new ThrowAwayDatabases(cloud.postgres.url()).create(DATABASE);
    cloud.secrets.put(SECRET_ID, {
      JWT_SECRET: 'the secret of a desk that is released onto a stand-in',
      DATABASE_URL: cloud.postgres.url(DATABASE),
    });
    return cloud;
  }

  /** What the settings of a desk say of it; secrets are in the secret. */
  get settings(): Record<string, string> {
    const { STORAGE_TYPE: _, AWS_ACCESS_KEY_ID: __, AWS_SECRET_ACCESS_KEY: ___, ...bucket } = this.bucket.env;
    return {
      PLATFORM: 'aws',
      ...bucket,
      SECRETS_ID: SECRET_ID,
      REDIS_HOST: this.redis.host,
      REDIS_PORT: String(this.redis.port),
      SES_REGION: 'us-east-1',
      FROM_EMAIL: SENDER,
      AWS_ENDPOINT_URL_SES: this.mail.url,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: this.secrets.endpoint,
    };
  }

  /** The role of the machine: where the SDK looks by itself. */
  get credentials(): string {
    const { accessKeyId, secretAccessKey } = this.bucket.credentials;
    return `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`;
  }

  rows<T extends object>(sql: string): Promise<T[]> {
    return this.postgres.query<T>(sql, [], DATABASE);
  }

  async stop(): Promise<void> {
    await Promise.all([this.redis.stop(), this.bucket.close(), this.secrets.stop(), this.mail.close()]);
    await this.postgres.stop();
  }
}

/** Settings of a desk that leans on nothing. */
export const WITHOUT_CLOUD = {
  PLATFORM: 'local',
  JWT_SECRET: 'the secret of a desk on one machine and nothing else',
  FROM_EMAIL: SENDER,
  BACKUPS: 'on',
};
