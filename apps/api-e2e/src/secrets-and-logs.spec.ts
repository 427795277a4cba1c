import { CloudWatchLogsServer, SecretsManagerServer } from '@liftdesk/testing';
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { BuiltApi, Installation } from './harness/built-api';
import { Client } from './harness/client';

const ID = 'prod/support-ticket/api';
const GROUP = '/aws/ec2/support-ticket-api';
const STREAM = 'i-e2e/application';
/** Stands in every value of the secret: it may be in nothing that the process writes. */
const CANARY = 'kanarienvogel';
const FIRST = `${CANARY} the first, of thirty-two characters and more`;
const SECOND = `${CANARY} the second, of thirty-two characters and more`;
const HEALTH_TOKEN = `${CANARY}-health-token`;
const AGENT = ['maja@desk.example', 'a password for maja'] as const;

describe('the built product with Secrets Manager and CloudWatch Logs', () => {
  const installation = new Installation();
  let secrets: SecretsManagerServer;
  let logs: CloudWatchLogsServer;
  let running: BuiltApi | undefined;

  beforeAll(async () => {
    installation.migrate().addUser('agent', ...AGENT);
    [secrets, logs] = await Promise.all([SecretsManagerServer.start(), CloudWatchLogsServer.start(GROUP)]);
  });
  beforeEach(() => secrets.put(ID, { JWT_SECRET: FIRST, HEALTH_TOKEN }, Date.now() - 86_400_000));
  afterEach(async () => {
    secrets.failAlways(null);
    await running?.stop();
    running = undefined;
  });
  afterAll(async () => {
    await Promise.all([secrets.stop(), logs.stop()]);
    installation.remove();
  });

  const inTheCloud = (given: Record<string, string> = {}): Record<string, string> => ({
    NODE_ENV: 'production',
    JWT_SECRET: '',
    LOG_DIR: '',
    SECRETS_PROVIDER: 'aws',
    SECRETS_TTL: '1s',
    LOG_TRANSPORT: 'cloudwatch',
    INSTANCE_ID: 'i-e2e',
    AWS_REGION: 'eu-central-1',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
    AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: logs.endpoint,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    // Of the SDK on the Node of this machine; production has a newer one.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    ...given,
  });
  const keyIdOf = (token: string): unknown =>
    JSON.parse(Buffer.from(token.split('.')[0] as string, 'base64url').toString()).kid;
  const health = async (origin: string) => {
    const answer = await fetch(`${origin}/health`, { headers: { Authorization: `Bearer ${HEALTH_TOKEN}` } });
    return (await answer.json()) as { status: string; checks: Record<string, { status: string }> };
  };
  /** Bounded only by jest's own time-out: what hangs is found there. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 200));
  }

  it('signs people in, keeps their tokens when the key rotates, and goes on when the secret cannot be read', async () => {
    running = await installation.start(inTheCloud());
    const before = await new Client(running.origin).signIn(...AGENT);
    secrets.put(ID, { JWT_SECRET: SECOND, HEALTH_TOKEN });
    const after = new Client(running.origin);
    await until(async () => keyIdOf((await after.signIn(...AGENT)).token) !== keyIdOf(before.token));
    await before.get('/auth/me');
    await after.get('/auth/me');

    expect((await health(running.origin)).checks).toMatchObject({
      secrets: { status: 'pass' },
      logs: { status: 'pass' },
    });
    secrets.failAlways('unavailable');
    await until(async () => (await health(running?.origin ?? '')).status === 'degraded');
    await new Client(running.origin).signIn(...AGENT);
    secrets.failAlways(null);
    await until(async () => (await health(running?.origin ?? '')).status === 'healthy');

    const { code, stdout, stderr } = await running.stop();
    running = undefined;
    const lines = logs.events(GROUP, STREAM).map(({ message }) => message);
    expect(code).toBe(0);
    const messages = lines.map((line) => (JSON.parse(line) as { message: string }).message);
    for (const message of [
      'secrets.changed',
      'secrets.refresh-failed',
      'secrets.refresh-recovered',
      'request.finished',
      'shutdown.started',
    ])
      expect(messages).toContain(message);
    for (const text of [stdout, stderr, ...lines]) expect(text).not.toContain(CANARY);
    expect(existsSync(join(installation.folder, 'logs'))).toBe(false);
  });

  it('lets the operators’ commands have the secret too, and they end', async () => {
    const cli = join(__dirname, '../../../dist/apps/api/cli.js');
    const options = { cwd: installation.folder, env: installation.env(inTheCloud()) };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [cli, 'migration:show'], options);
    expect(stdout).toContain('[x]');
    expect(stderr).toBe('');
    secrets.failAlways('denied');
    const failing = promisify(execFile)(process.execPath, [cli, 'migration:show'], options);
    await expect(failing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^This process may not read the secret [^\n]*\n$/),
    });
  });

  it.each([
    // Time enough for one answer at least, which says more than that there was none.
    [
      'throttled',
      '5s',
      /^No answer about the secret .* \(ThrottlingException\), tried for 5 s: check [^\n]*\n$/,
    ],
    ['hanging', '2s', /^No answer about the secret .* \(time-out\), tried for 2 s: check [^\n]*\n$/],
    ['denied', '20s', /^This process may not read the secret .* \(AccessDeniedException\)[^\n]*\n$/],
  ] as const)(
    'does not start where Secrets Manager is %s, within %s, and says so in one line',
    async (fault, patience, said) => {
      secrets.failAlways(fault);
      expect(await installation.startInVain(inTheCloud({ SECRETS_BOOT_TIMEOUT: patience }))).toEqual({
        code: 1,
        stdout: '',
        stderr: expect.stringMatching(said),
      });
    },
  );

  it.each([
    ['that is not there', undefined, /^There is no such thing as the secret [^\n]*SECRETS_ID[^\n]*\n$/],
    ['that is no JSON', CANARY, /^The secret [^\n]* is not JSON[^\n]*\n$/],
    [
      'with a short key',
      { JWT_SECRET: CANARY },
      /^The configuration is not right:\n {2}JWT_SECRET: [^\n]*\n$/,
    ],
  ])('does not start with a secret %s, and quotes nothing of it', async (_, value, said) => {
    if (value === undefined) secrets.remove(ID);
    else secrets.put(ID, value);
    const { code, stdout, stderr } = await installation.startInVain(inTheCloud());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain(CANARY);
  });

  it.each(['away', 'hanging'] as const)(
    'starts, serves and ends though CloudWatch Logs is %s, and says what was lost',
    async (how) => {
      if (how === 'hanging') logs.failAlways('hanging');
      const away = how === 'away' && { AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: 'http://127.0.0.1:9' };
      running = await installation.start(inTheCloud({ ...away }));
      await new Client(running.origin).signIn(...AGENT);
      const { code, stderr } = await running.stop();
      running = undefined;
      logs.failAlways(null);
      expect(code).toBe(0);
      const told = (stderr.match(/do not get through/g) ?? []).length;
      // Whether the first delivery is given up before the process is stopped is a matter of the machine's speed.
      if (how === 'away') expect(told).toBe(1);
      else expect(told).toBeLessThanOrEqual(1);
      expect(stderr).toMatch(/\d+ log lines were lost: /);
    },
  );

  it('does not start where nobody gave it credentials, and says so in one line', async () => {
    const none = {
      SECRETS_BOOT_TIMEOUT: '5s',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const { code, stderr } = await installation.startInVain(inTheCloud(none));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No AWS credentials for the secret [^\n]*: give the instance a role[^\n]*\n$/);
  });

  it('does not wait for who is asked for credentials and never answers', async () => {
    const file = join(installation.folder, 'aws.config');
    // It ends by itself, some time after this test would have failed.
    writeFileSync(file, '[default]\ncredential_process = sleep 90\n');
    const hanging = {
      SECRETS_BOOT_TIMEOUT: '2s',
      AWS_ACCESS_KEY_ID: '',
      AWS_SECRET_ACCESS_KEY: '',
      AWS_CONFIG_FILE: file,
    };
    const { code, stderr } = await installation.startInVain(inTheCloud(hanging));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^No answer about the secret [^\n]* \(time-out\), tried for 2 s: [^\n]*\n$/);
  }, 60_000);

  it('leaves no secret in the folder it works in', () => {
    const texts = readdirSync(installation.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(texts.length).toBeGreaterThan(0);
    expect(texts.filter((text) => text.includes(CANARY))).toEqual([]);
  });
});
