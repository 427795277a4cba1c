import { SecretsManagerServer } from '@liftdesk/testing';
import { mayReadForeignSecrets } from './foreign-secret';
import { type AwsSecretsConfig, secretsConfig } from './secrets.config';

describe('The question whether secrets of others may be read', () => {
  let server: SecretsManagerServer;
  let config: AwsSecretsConfig;

  beforeEach(async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
    server = await SecretsManagerServer.start();
    server.put('the-desks-own', { JWT_SECRET: 'never read here' });
    config = secretsConfig.parse({
      SECRETS_PROVIDER: 'aws',
      SECRETS_ID: 'the-desks-own',
      AWS_REGION: 'us-east-1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint,
    }) as AwsSecretsConfig;
  });

  afterEach(() => server.stop());

  it('is no where it is refused', async () => {
    server.failAlways('denied');
    expect(await mayReadForeignSecrets(config)).toBe(false);
  });

  it('is yes where it is answered that there is none', async () => {
    expect(await mayReadForeignSecrets(config)).toBe(true);
  });

  it('is not answered where the service is away', async () => {
    server.failAlways('unavailable');
    await expect(mayReadForeignSecrets(config)).rejects.toThrow('No answer');
  });

  it('never reads the desk’s own', async () => {
    await mayReadForeignSecrets(config);
    const asked = server.callsOf('GetSecretValue').map(({ input }) => input['SecretId']);
    expect(asked).toEqual([expect.stringMatching(/^not-of-this-desk-/)]);
  });
});
