import { Logger } from '@nestjs/common';
import type { HealthRegistry, NamedCheck } from '@liftdesk/health';
import { openSecretStore, secretsConfig, type SecretStore } from '@liftdesk/secrets';
import { SecretsManagerServer } from '@liftdesk/testing';
import { SecretsWatch } from './secrets-watch';

const ID = 'prod/support-ticket/api';
const CANARY = 'kanarienvogel';

describe('the watch over secrets', () => {
  let server: SecretsManagerServer;
  let store: SecretStore;
  let check: NamedCheck | undefined;
  let lines: object[];

  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    lines = [];
    jest.spyOn(Logger.prototype, 'log').mockImplementation((line: object) => void lines.push(line));
    jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: object) => void lines.push(line));
    server = await SecretsManagerServer.start();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    store.close();
    await server.stop();
  });

  /** With a clock that is `ahead` of ours when it is asked to look again. */
  async function watched(values: Record<string, string>): Promise<void> {
    server.put(ID, values);
    const env = {
      SECRETS_PROVIDER: 'aws',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint,
    };
    store = await openSecretStore(secretsConfig.parse(env), { env });
    const registry = { addCheck: (added: NamedCheck) => void (check = added) } as unknown as HealthRegistry;
    new SecretsWatch(store, registry).onModuleInit();
  }
  async function refreshed(): Promise<void> {
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await store.refresh();
    later.mockRestore();
  }

  it('says how old they are', async () => {
    await watched({ JWT_SECRET: CANARY });
    expect(await check?.check()).toEqual({ message: 'read 0 s ago' });
  });

  it('warns of one failure, fails when it lasts, and is well again by itself', async () => {
    await watched({ JWT_SECRET: CANARY });
    server.failAlways('throttled');
    await refreshed();
    expect(await check?.check()).toMatchObject({
      warn: true,
      message: expect.stringContaining('Throttling'),
    });
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 480_000);
    expect(() => check?.check()).toThrow(/^read 480 s ago: No answer about the secret .*ThrottlingException/);
    later.mockRestore();
    server.failAlways(null);
    const evenLater = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 120_000);
    await store.refresh();
    expect(await check?.check()).toEqual({ message: 'read 0 s ago' });
    evenLater.mockRestore();
    expect(lines).toEqual([
      { message: 'secrets.refresh-failed', failure: expect.stringContaining('ThrottlingException') },
      { message: 'secrets.refresh-recovered' },
    ]);
  });

  it('tells names of what changed, and which of it a restart is needed for, never a value', async () => {
    await watched({ JWT_SECRET: `${CANARY} 1`, SMTP_PASSWORD: `${CANARY} 1` });
    server.put(ID, { JWT_SECRET: `${CANARY} 2`, SMTP_PASSWORD: `${CANARY} 2`, HEALTH_TOKEN: CANARY });
    await refreshed();
    const finding = await check?.check();
    expect(finding).toEqual({
      warn: true,
      message: expect.stringMatching(/restart to use what changed: SMTP_PASSWORD, HEALTH_TOKEN$/),
    });
    expect(lines).toEqual([
      { message: 'secrets.changed', names: ['HEALTH_TOKEN', 'JWT_SECRET', 'SMTP_PASSWORD'] },
    ]);
    expect(JSON.stringify([finding, lines])).not.toContain(CANARY);
  });

  it('tells names that a secret may have and that are not used: keys to AWS itself come from the role', async () => {
    await watched({ JWT_SECRET: CANARY, AWS_SECRET_ACCESS_KEY: CANARY, NODE_ENV: 'test' });
    expect(lines).toEqual([
      { message: 'secrets.names-ignored', names: ['AWS_SECRET_ACCESS_KEY', 'NODE_ENV'] },
    ]);
  });
});
