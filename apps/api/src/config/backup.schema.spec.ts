import { parseConfig } from './config';

const SECRET = 'a secret for tests that is long enough for all';
const parse = (env: Record<string, string> = {}) => parseConfig({ JWT_SECRET: SECRET, ...env }).backup;

describe('the settings of backups', () => {
  it('are a folder that nobody watches, on a laptop', () => {
    expect(parse()).toMatchObject({
      isOn: false,
      place: { type: 'local', uploadDir: './backups' },
      retentionDays: 30,
      keepAtLeast: 7,
      maxAgeMs: 26 * 3_600_000,
    });
    expect(parse({ BACKUPS: 'on' }).isOn).toBe(true);
  });

  it('are a bucket, reached as that of attachments is, under a prefix of its own; and watched', () => {
    const bucket = { S3_BACKUPS_BUCKET: 'desk-backups', AWS_REGION: 'eu-central-1', S3_SSE: 'off' };
    expect(parse(bucket)).toMatchObject({
      isOn: true,
      place: {
        type: 's3',
        bucket: 'desk-backups',
        keyPrefix: 'backups/',
        region: 'eu-central-1',
        sse: 'off',
      },
    });
    expect(parse({ ...bucket, BACKUPS: 'off' }).isOn).toBe(false);
    expect(parse({ ...bucket, S3_KEY_PREFIX: 'support/' }).place).toMatchObject({
      keyPrefix: 'support/backups/',
    });
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ S3_BACKUPS_BUCKET: 'desk-backups' }, /AWS_REGION/],
    [{ DATABASE_ENCRYPTION_KEY: 'short' }, /DATABASE_ENCRYPTION_KEY: expected at least 32/],
    [{ BACKUP_KEEP_AT_LEAST: '0' }, /BACKUP_KEEP_AT_LEAST/],
    [{ BACKUP_SCRATCH_URL: 'mysql://here' }, /BACKUP_SCRATCH_URL: expected postgres/],
  ])('are refused: %j', (env, problem) => {
    expect(() => parse(env)).toThrow(problem);
  });

  it('never show the key or a password in what is wrong', () => {
    const env = { DATABASE_ENCRYPTION_KEY: 'too-short-key', BACKUP_SCRATCH_URL: 'postgres://a:pass-word@/x' };
    expect(() => parse(env)).toThrow(/^(?!.*(too-short-key|pass-word))/s);
  });
});
