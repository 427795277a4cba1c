import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { DEPLOY } from '../lib/paths';
import { type Context, SCALE, SMALL, Synthesised, TRIED } from './desk';
import { filesOf } from './user-data';

/** The product's own reader of its variables; its sources are not compiled here. */
interface Reader {
  parseConfig(variables: Record<string, string | undefined>): Record<string, unknown>;
}
const READER = join(DEPLOY, '../apps/api/src/config/config.ts');
const isInstalled = existsSync(join(DEPLOY, '../node_modules/zod'));

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'liftdesk-config-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a machine of that desk reads, once its own `setup` has added where things lie. */
function settingsOnMachine(desk: Synthesised): Record<string, string | undefined> {
  const files = filesOf(desk);
  for (const name of ['machine', 'settings'])
    writeFileSync(join(folder, name), files[`/etc/liftdesk/${name}.env`] ?? '');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/aws'), `#!/bin/sh\necho ${'o'.repeat(64)}\n`);
  chmodSync(join(folder, 'bin/aws'), 0o755);
  const { status, stderr } = spawnSync(
    join(DEPLOY, 'machine/setup'),
    [
      '--variables',
      join(folder, 'machine'),
      '--settings',
      join(folder, 'settings'),
      '--root',
      join(folder, 'root'),
    ],
    { encoding: 'utf8', env: { ...process.env, PATH: `${join(folder, 'bin')}:${process.env['PATH']}` } },
  );
  expect([status, stderr]).toEqual([0, expect.stringContaining('setup: done')]);
  return parseEnv(readFileSync(join(folder, 'root/home/ec2-user/app/shared/.env.production'), 'utf8'));
}

const SECRET = { JWT_SECRET: 'j'.repeat(64), DATABASE_ENCRYPTION_KEY: 'k'.repeat(64) };
const ON_POSTGRES = { ...SECRET, DATABASE_URL: 'postgres://liftdesk:word@db.example.com:5432/liftdesk' };
const OF_SCALE = { ...ON_POSTGRES, REDIS_PASSWORD: 'r'.repeat(64) };

const ALONE = { throttling: { THROTTLE_STORE: 'memory' }, pubSub: { PUBSUB: 'memory' } };
const ON_SQLITE = { ...ALONE, database: { type: 'sqlite', path: '/home/ec2-user/app/database.sqlite' } };
const onRds = (poolSize: number) => ({
  database: { type: 'postgres', poolSize, tls: { caFile: '/etc/liftdesk/rds-global-bundle.pem' } },
});
const togetherOn = (poolSize: number) => ({
  ...onRds(poolSize),
  throttling: { THROTTLE_STORE: 'redis' },
  pubSub: { PUBSUB: 'redis' },
  redis: { REDIS_HOST: expect.stringContaining('cache.amazonaws.com'), REDIS_PORT: 6379, REDIS_TLS: 'true' },
});

const DESKS: [name: string, context: Context, secret: object, takenAs: object][] = [
  ['a small desk', SMALL, SECRET, ON_SQLITE],
  ['a desk that is tried', TRIED, SECRET, ON_SQLITE],
  ['a small desk with PostgreSQL beside it', { ...SMALL, database: 'beside' }, SECRET, ON_SQLITE],
  ['a small desk on PostgreSQL', { ...SMALL, database: true }, ON_POSTGRES, { ...ALONE, ...onRds(10) }],
  ['scale', SCALE, OF_SCALE, togetherOn(6)],
  ['the largest scale', { ...SCALE, maxInstances: 8 }, OF_SCALE, togetherOn(3)],
];

(isInstalled ? describe : describe.skip)(
  'the desk takes the settings of (needs npm ci of the product)',
  () => {
    it.each(DESKS)('%s', (_name, context, secret, takenAs) => {
      const { parseConfig } = jest.requireActual<Reader>(READER);
      expect(parseConfig({ ...settingsOnMachine(Synthesised.of(context)), ...secret })).toMatchObject({
        ...takenAs,
        secrets: { SECRETS_PROVIDER: 'aws', AWS_REGION: 'eu-central-1' },
        storage: { type: 's3', bucket: expect.stringMatching(/-attachments/) },
        backup: { isOn: true, place: { type: 's3', bucket: expect.stringMatching(/-backups/) } },
        mail: {
          type: 'ses',
          fromEmail: 'support@example.com',
          topicArns: [expect.anything(), expect.anything()],
        },
        logging: { LOG_TRANSPORT: 'file', LOG_DIR: '/home/ec2-user/app/logs' },
      });
    });
  },
);
