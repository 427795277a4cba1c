import { PostgresServer } from '@liftdesk/testing';
import { rmSync } from 'node:fs';
import type { Ending } from './harness/built-api';
import { TwoPlaces } from './harness/two-places';

const AWAY = 'http://127.0.0.1:9';

describe('a lift by the built command, before anything is written', () => {
  let postgres: PostgresServer;
  let places: TwoPlaces;

  beforeAll(async () => {
    postgres = await PostgresServer.start();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    places = await TwoPlaces.begin(postgres);
  });
  afterEach(() => places.end());

  const done = ({ code, stderr }: Ending): void => expect({ code, stderr }).toEqual({ code: 0, stderr: '' });

  describe('refused, and the source goes on', () => {
    type Given = [args: string[], env: Record<string, string>];

    it.each<[string, number, RegExp, () => Promise<Given> | Given]>([
      [
        'the target’s database is away',
        3,
        /ECONNREFUSED/,
        () => [[], { THERE_DATABASE_URL: 'postgres://guest@127.0.0.1:9/desk' }],
      ],
      [
        'its password is wrong',
        3,
        /password/,
        () => [[], { THERE_DATABASE_URL: places.databaseUrl.replace(/:[^:@]+@/, ':wrong@') }],
      ],
      [
        'its database is not empty',
        3,
        /holds tables that are not Liftdesk’s/,
        async () => {
          await places.useThere();
          return [[], {}];
        },
      ],
      [
        'the bucket is away',
        3,
        /storage/,
        () => {
          places.describe({ AWS_ENDPOINT_URL_S3: AWAY });
          return [[], {}];
        },
      ],
      [
        'its Redis is away',
        3,
        /failure of redis: .*--skip/s,
        () => {
          places.describe({ PUBSUB: 'redis', REDIS_HOST: '127.0.0.1', REDIS_PORT: '9' });
          return [[], {}];
        },
      ],
      ['nobody may write into the bucket', 3, /storage/, () => [[], { AWS_SECRET_ACCESS_KEY: 'wrong' }]],
      ['there is no desk here', 3, /There is no database/, () => [[], { DATABASE_PATH: 'nowhere.sqlite' }]],
      [
        'the folder of files is not the right one',
        3,
        /is not a folder of Liftdesk's uploads|no folder/,
        () => {
          rmSync(places.path('uploads'), { recursive: true });
          return [[], {}];
        },
      ],
      [
        'the file of the target lacks something',
        3,
        /^\.env\.there: The configuration is not right:\n {2}S3_ATTACHMENTS_BUCKET: /,
        () => {
          places.describe({ S3_ATTACHMENTS_BUCKET: '' });
          return [[], {}];
        },
      ],
      [
        'there is no such file',
        1,
        /There is no file \.env\.there/,
        () => {
          rmSync(places.path('.env.there'));
          return [[], {}];
        },
      ],
      [
        'both places are the same',
        3,
        /same database and the same storage/,
        () => {
          places.describe({ STORAGE_TYPE: 'local' });
          return [[], { THERE_DATABASE_URL: '', THERE_DATABASE_PATH: './desk.sqlite' }];
        },
      ],
      [
        'the one folder lies in the other',
        3,
        /The target lies inside the source/,
        () => {
          places.describe({ STORAGE_TYPE: 'local', UPLOAD_DIR: './uploads/there' });
          return [[], {}];
        },
      ],
      ['the doctor is told of a check that there is not', 2, /There are: /, () => [['--skip', 'luck'], {}]],
    ])('where %s', async (_what, expected, words, prepare) => {
      places.fill(10);
      const [args, env] = await prepare();
      const before = places.everything();
      const tables = await places.tablesThere();
      const { code, stdout, stderr } = await places.lifted(args, env);
      expect({ code, stderr }).toEqual({ code: expected, stderr: expect.stringMatching(words) });
      expect(stdout + stderr).not.toContain('    at ');
      places.expectUntouched(before);
      expect(await places.tablesThere()).toBe(tables);
    });

    it('production and staging take no desk with accounts that everybody knows', async () => {
      places.installation.migrate().command('seed', '--demo-if-empty');
      const before = places.everything();
      for (const environment of ['staging', 'production']) {
        places.describe({
          NODE_ENV: environment,
          FRONTEND_URL: 'https://desk.example.com',
          MAIL_TRANSPORT: 'smtp',
          SMTP_HOST: '127.0.0.1',
          FROM_EMAIL: 'support@example.com',
        });
        const doctor = await places.lifted();
        expect(doctor).toMatchObject({ code: 3, stderr: expect.stringContaining('failure of mail: ') });
        const { code, stderr } = await places.lifted(['--skip', 'mail']);
        expect(code).toBe(3);
        expect(stderr).toMatch(
          /^\.env\.there would not start with this desk: The database has demo accounts/,
        );
      }
      rmSync(places.path('.env.there'));
      expect(places.everything()).toEqual(before.filter((name) => !name.startsWith('.env')));
      expect([places.isInMaintenance(), await places.tablesThere()]).toEqual([false, 0]);
    });
  });

  it('a dry run says all of it and leaves nothing, in either direction', async () => {
    const files = places.fill(10, 20);
    const before = places.everything();
    const { code, stdout } = await places.lifted(['--dry-run']);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /Rows {2}3 in \d+ tables, .*\nFiles 2 files, 30 bytes, of which 0 files, 0 bytes are there\n/,
    );
    const { stdout: json } = await places.lifted(['--dry-run', '--json']);
    expect(JSON.parse(json)).toMatchObject({
      ok: true,
      dryRun: true,
      database: { rows: 3 },
      files: { toCopy: { files: 2 } },
    });
    places.expectUntouched(before);
    expect(await places.tablesThere()).toBe(0);

    done(await places.lifted());
    const lifted = places.everything();
    for (const home of ['second.sqlite', 'new/second.sqlite'])
      done(await places.land(['--dry-run'], { DATABASE_PATH: home, UPLOAD_DIR: './new/uploads' }).ended);
    expect(places.everything()).toEqual(lifted);
    expect(await places.there('select * from maintenance')).toEqual([]);
    places.expectFilesThere(files);
  });
});
