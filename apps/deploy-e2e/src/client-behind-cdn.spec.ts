import { S3Server } from '@liftdesk/testing';
import { hasAwsCli, pathWithAwsAt } from './harness/aws-cli';
import { type Build, all, withClient, withMigration, withSmallClient } from './harness/builds';
import { Cdn } from './harness/cdn';
import { WITHOUT_CLOUD } from './harness/cloud';
import { buildsOfRun } from './harness/image';
import { Machine } from './harness/machine';
import { wentWell } from './harness/run';
import { describeOnMachines } from './harness/stand-in';

const HASHED = /-[A-Z0-9]{8}\.\w+$/;

if (!hasAwsCli) {
  process.stderr.write(
    '\nNOT TESTED for lack of the AWS CLI (apt-get install awscli): a client behind a CDN\n',
  );
  it.skip('NOT TESTED: there is no AWS CLI on this machine', () => undefined);
} else {
  describeOnMachines('a client behind a CDN', () => {
    let bucket: S3Server;
    let cdn: Cdn;
    let machine: Machine;
    /** What served on the machine when the CDN was asked to forget. */
    let serving: (string | undefined)[] = [];
    let [one, two]: [Build, Build] = [] as never;

    beforeAll(async () => {
      [bucket, cdn] = [await S3Server.start({ bucket: 'client' }), await Cdn.start()];
      const builds = buildsOfRun();
      one = await builds.another('0.5.0', all(withSmallClient, withClient('AAAAAAA1')));
      two = await builds.another('0.5.1', all(withSmallClient, withClient('AAAAAAA2')));
      machine = await Machine.make({ engine: 'sqlite', instances: 1, settings: WITHOUT_CLOUD });
      machine.caller = {
        ...bucket.env,
        AWS_DEFAULT_REGION: 'us-east-1',
        PATH: pathWithAwsAt(machine.host.folder, { s3: bucket.endpoint, cloudfront: cdn.url }),
      };
    });
    afterAll(async () => {
      await Promise.all([bucket.close(), cdn.stop()]);
      await machine.remove();
    });
    beforeEach(() => {
      bucket.seen.length = 0;
      cdn.invalidations.length = 0;
      serving = [];
      cdn.onInvalidation = () => serving.push(machine.versionAt('current'));
    });

    const BUCKET = ['--client-bucket', 's3://client', '--distribution', 'E1'];
    const puts = () => bucket.seenOf('PutObject').map(({ key }) => key);
    const page = (): string => bucket.objects.get('index.html')?.bytes.toString() ?? '';
    const publicKeys = () => [...bucket.objects.keys()].filter((key) => !key.startsWith('.releases/'));

    it('gets files with a hash first, that may be kept for ever, and index.html last, that may not', async () => {
      await wentWell(machine.release(one.file, ...BUCKET).ended);
      const visible = puts().filter((key) => !key.startsWith('.releases/'));
      const lastHashed = visible.findLastIndex((key) => HASHED.test(key));
      expect(visible.slice(0, lastHashed + 1).every((key) => HASHED.test(key))).toBe(true);
      expect(visible.at(-1)).toBe('index.html');
      for (const { key, headers } of bucket.seenOf('PutObject')) {
        const kept = HASHED.test(key) ? 'public, max-age=31536000, immutable' : 'no-cache';
        expect({ key, control: headers['cache-control'] }).toEqual({ key, control: kept });
      }
      const types = bucket
        .seenOf('PutObject')
        .map(({ key, headers }) => [key, headers['content-type']] as const);
      expect(types.find(([key]) => key === 'index.html')?.[1]).toMatch(/^text\/html/);
      expect(types.find(([key]) => key === 'main-AAAAAAA1.js')?.[1]).toMatch(/^text\/javascript/);
      expect(cdn.invalidations).toEqual([
        { distribution: 'E1', paths: expect.arrayContaining(['/', '/index.html']) as string[] },
      ]);
    });

    it('keeps the files of pages that are open, when there is another, which comes after the machines', async () => {
      await wentWell(machine.release(two.file, ...BUCKET).ended);
      expect(page()).toContain('main-AAAAAAA2.js');
      expect(serving).toEqual([two.version]);
      expect(publicKeys()).toEqual(expect.arrayContaining(['main-AAAAAAA1.js', 'main-AAAAAAA2.js']));
      // What is there already is not sent again.
      expect(puts().filter((key) => HASHED.test(key))).toEqual(['main-AAAAAAA2.js']);
    });

    it('stays as it is where the machines do not take the release', async () => {
      const fails = withMigration('Fails1999000000000', 'select no_such_function()');
      const broken = await buildsOfRun().another(
        '0.5.2',
        all(withSmallClient, withClient('AAAAAAA3'), fails),
      );
      const { code, said } = await machine.release(broken.file, ...BUCKET).ended;
      expect({ code, said }).toEqual({ code: 3, said: expect.stringMatching(/in step backup/) as string });
      expect(page()).toContain('main-AAAAAAA2.js');
      expect(cdn.invalidations).toEqual([]);
    });

    it('goes back before the machines do', async () => {
      await wentWell(machine.rollback(...BUCKET).ended);
      expect(page()).toContain('main-AAAAAAA1.js');
      expect(serving).toEqual([two.version]);
      expect(machine.versionAt('current')).toBe(one.version);
    });
  });
}
