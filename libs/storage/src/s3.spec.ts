import { S3Server, type S3ServerOptions } from '@liftdesk/testing';
import { Test } from '@nestjs/testing';
import { describeFileStorage, type StorageUnderTest } from './file-storage.contract';
import { FileStorage, type S3StorageOptions, StorageModule } from './index';

interface S3UnderTest extends StorageUnderTest {
  server: S3Server;
}

/** A storage as the API has it, on a server of its own. The SDK finds its credentials in the environment. */
async function s3(
  options: Partial<S3StorageOptions> = {},
  serverOptions: S3ServerOptions = {},
): Promise<S3UnderTest> {
  let ahead = 0;
  const server = await S3Server.start({ pageSize: 7, now: () => Date.now() + ahead, ...serverOptions });
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = server.env;
  Object.assign(process.env, { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN });
  if (AWS_SESSION_TOKEN === undefined) delete process.env['AWS_SESSION_TOKEN'];
  const module = StorageModule.register({
    type: 's3',
    bucket: server.bucket,
    keyPrefix: '',
    region: 'eu-central-1',
    endpoint: server.endpoint,
    forcePathStyle: true,
    checksums: 'default',
    sse: 'AES256',
    deadlineMs: 6_000,
    ...options,
  });
  const app = await (await Test.createTestingModule({ imports: [module] }).compile()).init();
  return {
    server,
    storage: app.get(FileStorage),
    follow: (url, init) => fetch(url, init),
    passSeconds: (seconds) => void (ahead += seconds * 1000),
    async breakDown() {
      server.faults.always('any', { kind: 'error', status: 503, code: 'ServiceUnavailable' });
      return async () => server.faults.clear();
    },
    async close() {
      await app.close();
      await server.close();
    },
  };
}

describeFileStorage('S3', () => s3());
describeFileStorage('S3 under a prefix, with temporary credentials and no checksums', () =>
  s3(
    { keyPrefix: 'support/desk/', checksums: 'when-required', sse: 'off' },
    { credentials: { accessKeyId: 'role', secretAccessKey: 'of the instance', sessionToken: 'for an hour' } },
  ),
);
