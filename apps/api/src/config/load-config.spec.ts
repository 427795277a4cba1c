import { errorView, redact } from '@liftdesk/logging';
import { SecretsManagerServer } from '@liftdesk/testing';
import { inspect } from 'node:util';
import { StartupError } from '../common/startup-error';
import { loadConfig, loadConfigOnce } from './load-config';

const ID = 'prod/support-ticket/api';
/** Stands in every value: nothing that is printed may hold it. */
const CANARY = 'kanarienvogel';
const SECRET = `${CANARY} ${'x'.repeat(40)}`;

describe('loadConfig', () => {
  let server: SecretsManagerServer;
  let env: Record<string, string>;
  let environment: string;

  beforeEach(async () => {
    process.env['AWS_ACCESS_KEY_ID'] = 'test';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'test';
    environment = JSON.stringify(process.env);
    server = await SecretsManagerServer.start();
    env = {
      NODE_ENV: 'production',
      SECRETS_PROVIDER: 'aws',
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: server.endpoint,
    };
  });
  afterEach(async () => {
    await server.stop();
    expect(JSON.stringify(process.env)).toBe(environment);
  });

  /** What main prints, and all that hangs on it. */
  async function refusalOf(given = env): Promise<string> {
    const error: unknown = await loadConfigOnce(given).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StartupError);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
    return (error as StartupError).message;
  }

  it('takes the environment where the secrets come from there', async () => {
    const { config, secrets } = await loadConfig({ JWT_SECRET: SECRET });
    expect(config.auth.JWT_SECRET).toBe(SECRET);
    expect(config.secrets).toEqual({ SECRETS_PROVIDER: 'env' });
    expect(secrets.get('JWT_SECRET')).toBe(SECRET);
    expect(Object.isFrozen(config) && Object.isFrozen(config.auth)).toBe(true);
    expect(server.calls).toHaveLength(0);
  });

  it('fills in what Secrets Manager holds, and that wins over variables of the same names', async () => {
    server.put(ID, { JWT_SECRET: SECRET, HEALTH_TOKEN: `${SECRET} health`, PORT: 8080 });
    const { config, secrets } = await loadConfig({
      ...env,
      JWT_SECRET: 'of the environment, long enough too',
      PORT: '1',
    });
    secrets.close();
    expect(config.auth.JWT_SECRET).toBe(SECRET);
    expect(config.health.HEALTH_TOKEN).toBe(`${SECRET} health`);
    expect(config.http.PORT).toBe(8080);
  });

  it('hides the values in logs, and passwords within them', async () => {
    server.put(ID, { JWT_SECRET: SECRET, REDIS_URL: `rediss://desk:${CANARY}%2Fpass@cache.example:6379` });
    await loadConfigOnce(env);
    const error = new Error(`refused ${CANARY}%2Fpass, ${CANARY}/pass and ${SECRET}`);
    expect(JSON.stringify(errorView(error))).not.toContain(CANARY);
  });

  it('hides the secrets of the environment in logs as well', async () => {
    const url = `postgres://desk:${CANARY}-4713@db.example/desk`;
    await loadConfigOnce({ JWT_SECRET: SECRET, DATABASE_URL: url, HEALTH_TOKEN: `${CANARY} for health` });
    const error = new Error(`refused ${CANARY}-4713, ${SECRET} and ${CANARY} for health`);
    expect(JSON.stringify(errorView(error))).not.toContain(CANARY);
  });

  it('leaves readable in logs what everybody may know, though the secret holds it', async () => {
    const own = { LOG_GROUP: '/desks/the-only-desk', FRONTEND_URL: 'https://the-only-desk.example' };
    server.put(ID, { JWT_SECRET: SECRET, ...own, DB_HOST: `${CANARY}.the-only-desk.example` });
    await loadConfigOnce(env);
    const said = `${own.LOG_GROUP} ${own.FRONTEND_URL}`;
    expect(redact(`${said} ${CANARY}.the-only-desk.example`)).toBe(`${said} [redacted]`);
  });

  it('takes an empty value of the secret for none', async () => {
    server.put(ID, { JWT_SECRET: SECRET, HEALTH_TOKEN: '', PORT: '' });
    const config = await loadConfigOnce({ ...env, HEALTH_TOKEN: `${SECRET} for health`, PORT: '8081' });
    expect(config.health.HEALTH_TOKEN).toBe(`${SECRET} for health`);
    expect(config.http.PORT).toBe(8081);
  });

  it('does not believe a secret about where secrets come from, who asks, and what environment this is', async () => {
    server.put(ID, {
      JWT_SECRET: SECRET,
      NODE_ENV: 'development',
      SECRETS_PROVIDER: 'env',
      AWS_REGION: 'elsewhere',
    });
    const { app, secrets } = await loadConfigOnce(env);
    expect(app.NODE_ENV).toBe('production');
    expect(secrets).toMatchObject({ SECRETS_PROVIDER: 'aws', AWS_REGION: 'eu-central-1' });
  });

  it('lists all that is wrong at once, of the environment and of the secret', async () => {
    server.put(ID, { JWT_SECRET: CANARY.slice(0, 5), HEALTH_TOKEN: 'x' });
    const said = await refusalOf({ ...env, PORT: 'eighty', LOG_LEVEL: 'shout' });
    for (const name of ['JWT_SECRET', 'HEALTH_TOKEN', 'PORT', 'LOG_LEVEL'])
      expect(said).toContain(`\n  ${name}: `);
  });

  it('misses a secret that is in neither', async () => {
    server.put(ID, { HEALTH_TOKEN: SECRET });
    expect(await refusalOf()).toMatch(/^The configuration is not right:\n {2}JWT_SECRET: [^\n]*$/);
  });

  it('lists what is wrong with the way to the secrets beside the rest, and asks nobody', async () => {
    const said = await refusalOf({ ...env, AWS_REGION: '', SECRETS_TTL: 'soon', PORT: 'eighty' });
    expect(
      said
        .split('\n')
        .slice(1)
        .map((line) => line.trim().split(':')[0])
        .sort(),
    ).toEqual(['AWS_REGION', 'PORT', 'SECRETS_TTL']);
    expect(server.calls).toHaveLength(0);
  });

  it.each(['throttled', 'unavailable', 'hanging', 'denied'] as const)(
    'says in one line that Secrets Manager is %s, and where',
    async (fault) => {
      server.put(ID, { JWT_SECRET: SECRET });
      server.failAlways(fault);
      expect(await refusalOf({ ...env, SECRETS_BOOT_TIMEOUT: '1s' })).toMatch(
        /^[^\n]*prod\/support-ticket\/api in Secrets Manager \(eu-central-1, [^\n]*$/,
      );
    },
  );

  it.each([
    ['the default secret', { JWT_SECRET: 'dev-secret-key-change-in-production' }, 'JWT_SECRET'],
    ['a short secret', { JWT_SECRET: 'x'.repeat(31) }, 'JWT_SECRET'],
    [
      'the default secret as the one before',
      { JWT_SECRET: SECRET, JWT_SECRET_PREVIOUS: 'dev-secret-key-change-in-production' },
      'JWT_SECRET_PREVIOUS',
    ],
    ['every origin', { JWT_SECRET: SECRET, FRONTEND_URL: '*' }, 'FRONTEND_URL'],
  ])('in production and staging refuses %s from the secret too', async (_, values, name) => {
    server.put(ID, values);
    for (const NODE_ENV of ['production', 'staging'])
      expect(await refusalOf({ ...env, NODE_ENV })).toContain(`\n  ${name}: production needs`);
    await loadConfigOnce({ ...env, NODE_ENV: 'test' });
  });

  it.each([
    ['instances', '2'],
    ['NODE_APP_INSTANCE', '1'],
  ])('in production refuses SQLite for more than one process: %s=%s', async (name, value) => {
    const given = { NODE_ENV: 'production', JWT_SECRET: SECRET, [name]: value };
    expect(await refusalOf(given)).toMatch(
      new RegExp(`\\n {2}${name}: SQLite serves one process: .*DATABASE_URL`),
    );
    await loadConfigOnce({ ...given, [name]: name === 'instances' ? '1' : '0' });
    await loadConfigOnce({ ...given, DATABASE_URL: 'postgres://desk:pass@db.example/desk' });
  });

  it('keeps what it has when a new version of the secret would not do', async () => {
    server.put(ID, { JWT_SECRET: SECRET });
    const { secrets } = await loadConfig(env);
    server.put(ID, { JWT_SECRET: 'short' });
    const later = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 60_000);
    await secrets.refresh();
    later.mockRestore();
    expect(secrets.get('JWT_SECRET')).toBe(SECRET);
    expect(secrets.state().failure).toContain('JWT_SECRET: expected at least 16 characters');
    secrets.close();
  });
});
