import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RefusedError } from '../../common/operator-errors';
import { assertThere, describeSide, isCalledAsWanted, sideOf } from './side';

const SECRET = 'a secret that nobody may see in a message';

describe('A side of a move', () => {
  let folder: string;

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'liftdesk-side-')));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const of = (text: string, name = '.env.test') => {
    writeFileSync(join(folder, name), `JWT_SECRET=${SECRET}\n${text}`);
    return sideOf(join(folder, name));
  };

  it('has its paths in the folder of its file, given or not, for the doctor too', async () => {
    const { config, env, folder: where } = await of('UPLOAD_DIR=files\nBACKUP_DIR=/backups\n');
    expect(where).toBe(folder);
    expect(config.database).toEqual({ type: 'sqlite', path: join(folder, 'database.sqlite') });
    expect(config.storage).toMatchObject({ type: 'local', uploadDir: join(folder, 'files') });
    expect(config.backup).toMatchObject({ folder: '/backups', place: { uploadDir: '/backups' } });
    expect(env).toMatchObject({ LOG_DIR: join(folder, 'logs'), MAIL_DIR: join(folder, 'mail-outbox') });
  });

  it('is told without its password', async () => {
    const side = await of(
      'DATABASE_URL=postgres://desk:secret-word@db.example.com/desk\nSTORAGE_TYPE=s3\nS3_ATTACHMENTS_BUCKET=files\nAWS_REGION=eu-west-1\n',
    );
    expect(describeSide(side)).toBe('postgres://desk@db.example.com:5432/desk and s3://files/');
  });

  it('on AWS has no database that nobody has named', async () => {
    const given = 'PLATFORM=aws\nAWS_REGION=eu-west-1\nSECRETS_PROVIDER=env\nS3_ATTACHMENTS_BUCKET=files\n';
    await expect(of(given)).rejects.toThrow(/DATABASE_URL: expected postgres:/);
  });

  it('that is not right is refused with its name and no value', async () => {
    const refused = of(`PORT=${SECRET}\n`);
    await expect(refused).rejects.toThrow(RefusedError);
    await expect(refused).rejects.toThrow(/\.env\.test: The configuration is not right:\n {2}PORT: /);
    await expect(refused).rejects.not.toThrow(SECRET);
  });

  it('without a database is none that a desk comes from; looking makes no file', async () => {
    const side = await of('');
    expect(() => assertThere(side)).toThrow(/There is no database .*database\.sqlite/);
  });

  it.each([
    ['.env.test', true],
    ['.env.there', false],
    ['environment', false],
  ])('called %s: whether a server finds it by that name is %s', async (name, expected) =>
    expect(isCalledAsWanted(await of('NODE_ENV=test\n', name))).toBe(expected),
  );
});
