import { accessDenied, S3Server } from '@liftdesk/testing';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { hasAwsCli, pathWithAwsAt } from '../harness/aws-cli';
import { Cdn } from '../harness/cdn';
import { type Ending, run } from '../harness/run';
import { WORKSPACE } from '../harness/stand-in';

const LIB = join(WORKSPACE, 'deploy/scripts/lib');
if (!hasAwsCli) process.stderr.write('\nNOT TESTED (AWS CLI ONLY): the client in its bucket\n');

(hasAwsCli ? describe : describe.skip)('the client in its bucket', () => {
  let bucket: S3Server;
  let cdn: Cdn;
  let folder: string;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-client-'));
    bucket = await S3Server.start({ bucket: 'client' });
    cdn = await Cdn.start();
  });
  afterEach(async () => {
    await cdn.stop();
    await bucket.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Functions of lib/client.sh, as release and rollback call them. */
  async function call(commands: string, env: Record<string, string> = {}): Promise<Ending> {
    const parts = ['words', 'attend', 'client'].map((name) => `source '${LIB}/${name}.sh'`);
    const script = [
      'set -euo pipefail',
      'PROGRAM=test',
      ...parts,
      'CLIENT_BUCKET=s3://client DISTRIBUTION=E1',
    ];
    return run('bash', ['-c', [...script, commands].join('\n')], {
      env: {
        ...{
          PATH: pathWithAwsAt(folder, { s3: bucket.endpoint, cloudfront: cdn.url }),
          HOME: folder,
          AWS_MAX_ATTEMPTS: '1',
          AWS_DEFAULT_REGION: 'us-east-1',
        },
        ...bucket.env,
        ...env,
      },
    });
  }

  /** A built client whose page names a script of this hash. */
  function build(hash: string, more: Record<string, string> = {}): string {
    const client = join(folder, hash);
    const files = {
      'index.html': `<script src="main-${hash}.js"></script>`,
      [`main-${hash}.js`]: 'run()',
      'favicon.svg': `<svg id="${hash}"/>`,
      'media/inter-AB12CD34.woff2': 'font',
      ...more,
    };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(client, name)), { recursive: true });
      writeFileSync(join(client, name), text);
    }
    return client;
  }

  const release = (version: string, hash: string): Promise<Ending> =>
    call(`upload_client '${build(hash)}' ${version}; show_client ${version}`);
  const textOf = (key: string): string | undefined => bucket.objects.get(key)?.bytes.toString();

  it('shows nothing of a release whose files could not all be put', async () => {
    await release('1.0.0', 'AAAAAAAA');
    bucket.faults.next('PutObject', accessDenied);
    expect(await release('2.0.0', 'BBBBBBBB')).toMatchObject({ code: 1 });
    expect(textOf('index.html')).toContain('main-AAAAAAAA.js');
    expect(await call('assert_client_is_there 2.0.0')).toMatchObject({ code: 3 });
  });

  it('shows nothing of a release of which a file is missing', async () => {
    await release('1.0.0', 'AAAAAAAA');
    await call(`upload_client '${build('BBBBBBBB')}' 2.0.0`);
    bucket.lose('main-BBBBBBBB.js');
    expect(await call('show_client 2.0.0')).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/not in s3:\/\/client any more: main-BBBBBBBB\.js/) as string,
    });
    expect(textOf('index.html')).toContain('main-AAAAAAAA.js');
  });

  it('takes no answer for no release', async () => {
    await release('1.0.0', 'AAAAAAAA');
    bucket.faults.next('ListObjectsV2', accessDenied);
    expect(await call('client_version')).not.toMatchObject({ code: 0 });
  });

  it('keeps what was shown last, however much was uploaded since and never shown', async () => {
    await release('1.0.0', 'AAAAAAAA');
    await release('2.0.0', 'BBBBBBBB');
    await call(`show_client 1.0.0; upload_client '${build('CCCCCCCC')}' 3.0.0`);
    await release('4.0.0', 'DDDDDDDD');
    await call('attempt prune_client', { KEPT_RELEASES: '2' });
    const scripts = [...bucket.objects.keys()].filter((key) => /^main-/.test(key));
    expect(scripts.sort()).toEqual(['main-AAAAAAAA.js', 'main-CCCCCCCC.js', 'main-DDDDDDDD.js']);
  });

  it('removes nothing where it cannot read what is needed', async () => {
    await release('1.0.0', 'AAAAAAAA');
    await release('2.0.0', 'BBBBBBBB');
    const before = [...bucket.objects.keys()];
    bucket.lose('.releases/2.0.0/.files');
    await call('attempt prune_client; exit "$CODE"', { KEPT_RELEASES: '1' });
    const after = [...bucket.objects.keys(), '.releases/2.0.0/.files'];
    expect(after.sort()).toEqual(before.sort());
  });

  it('loses what no release that is kept names', async () => {
    await release('1.0.0', 'AAAAAAAA');
    await release('2.0.0', 'BBBBBBBB');
    expect(await call('prune_client', { KEPT_RELEASES: '1' })).toMatchObject({ code: 0 });
    const keys = [...bucket.objects.keys()];
    expect(keys.filter((key) => /^main-/.test(key))).toEqual(['main-BBBBBBBB.js']);
    expect(keys.some((key) => key.startsWith('.releases/1.0.0/'))).toBe(false);
    // Both name it.
    expect(keys).toContain('media/inter-AB12CD34.woff2');
  });

  it('takes no file of a kind that it does not know', async () => {
    const client = build('AAAAAAAA', { 'setup-AAAAAAAA.exe': 'MZ' });
    expect(await call(`upload_client '${client}' 1.0.0`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('what kind of file') as string,
    });
  });

  it('names the release that a machine takes when it boots; before the first there is none', async () => {
    const boot = () => call(`'${LIB}/../on-machine/install-current' --bucket s3://client --dry-run`);
    expect(await boot()).toMatchObject({
      code: 0,
      stdout: '',
      stderr: expect.stringContaining('nothing has been released') as string,
    });
    expect(await call('ARTEFACT_BUCKET=s3://client; name_current 1.0.0')).toMatchObject({ code: 0 });
    expect(await boot()).toMatchObject({ code: 0, stdout: '1.0.0\n' });
    bucket.faults.next('ListObjectsV2', accessDenied, Infinity);
    expect(await boot()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('AccessDenied') as string,
    });
  });
});
