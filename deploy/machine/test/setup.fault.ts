import { existsSync, readFileSync, readdirSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, MACHINE, PATH, Scratch, describeWith, run, wentWell } from './harness/run';

/** Below another root: what needs a machine of its own is proven on the stand-in of apps/deploy-e2e. */
describeWith(['openssl'], 'setting a machine up', () => {
  let scratch: Scratch;
  let root: string;
  beforeEach(() => {
    scratch = new Scratch();
    root = scratch.path('root');
  });
  afterEach(() => scratch.remove());

  const setUp = (...args: string[]): Ending => run('bash', [join(MACHINE, 'setup'), '--root', root, ...args]);
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const modeOf = (path: string): string => (statSync(join(root, path)).mode & 0o777).toString(8);

  it('writes what is rendered, folders with their rights, tools, and a certificate to begin with', () => {
    const { stdout, stderr } = setUp('--variables', scratch.variables({}));
    expect([stdout, stderr]).toEqual(['', expect.stringMatching(/setup: done\n$/)]);
    expect(existsSync(join(root, 'etc/nginx/nginx.conf'))).toBe(true);
    expect(existsSync(join(root, 'opt/liftdesk-tools/watch.mjs'))).toBe(true);
    const app = 'home/ec2-user/app';
    expect(['shared', 'uploads', 'backups'].map((name) => modeOf(`${app}/${name}`))).toEqual([
      '700',
      '700',
      '700',
    ]);
    expect([modeOf(app), modeOf(`${app}/releases`)]).toEqual(['710', '750']);
    expect(readlinkSync(join(root, 'etc/liftdesk/certificate'))).toBe('/etc/liftdesk/self-signed');
    expect(modeOf('etc/liftdesk/self-signed/privkey.pem')).toBe('600');
    expect(modeOf('etc/liftdesk/self-signed/fullchain.pem')).toBe('644');
  });

  it('changes nothing when it is run again', () => {
    const settings = scratch.path('settings');
    writeFileSync(settings, 'FRONTEND_URL=https://desk.example\n');
    wentWell(setUp('--variables', scratch.variables({}), '--settings', settings));
    expect(setUp()).toEqual({ code: 0, stdout: '', stderr: 'setup: done\n' });
  });

  it('keeps what it replaces', () => {
    wentWell(setUp('--variables', scratch.variables({})));
    writeFileSync(join(root, 'etc/nginx/nginx.conf'), 'by hand\n');
    wentWell(setUp());
    expect(read('etc/nginx/nginx.conf')).toContain('Of Liftdesk');
    const [kept] = readdirSync(join(root, 'var/backups/liftdesk'));
    expect(read(`var/backups/liftdesk/${kept}/etc/nginx/nginx.conf`)).toBe('by hand\n');
  });

  it("puts the desk's settings where it reads them, for its user alone, with what the machine knows", () => {
    const settings = scratch.path('settings');
    writeFileSync(settings, 'FRONTEND_URL=https://desk.example\nLOG_DIR=/srv/logs\n');
    const variables = scratch.variables({ NODE_ENV: 'staging', PORT: '5001', MEMORY_LIMIT_MB: '500' });
    wentWell(setUp('--variables', variables, '--settings', settings));
    const file = 'home/ec2-user/app/shared/.env.staging';
    expect(modeOf(file)).toBe('600');
    expect(read(file).split('\n')).toEqual(
      expect.arrayContaining([
        'FRONTEND_URL=https://desk.example',
        'LOG_DIR=/srv/logs',
        'PORT=5001',
        'HOST=127.0.0.1',
        'LOG_TRANSPORT=file',
        'HEALTH_MEMORY_LIMIT_MB=500',
        'DATABASE_PATH=/home/ec2-user/app/database.sqlite',
      ]),
    );
    expect(read(file).match(/^LOG_DIR=/gm)).toHaveLength(1);
    wentWell(setUp());
    expect(read(file)).toContain('LOG_DIR=/srv/logs');
  });

  it('says in machine.env what others read there', () => {
    wentWell(setUp('--variables', scratch.variables({ APP_USER: 'desk', ARTEFACTS_BUCKET: 'mine' })));
    expect(read('etc/liftdesk/machine.env')).toMatch(/^APP_DIR=\/home\/desk\/app$/m);
    expect(read('etc/liftdesk/machine.env')).toMatch(/^ARTEFACTS_BUCKET=mine$/m);
  });

  it('leads to a certificate that is there already', () => {
    const live = join(root, 'etc/letsencrypt/live/desk.example');
    wentWell(run('mkdir', ['-p', live]));
    writeFileSync(join(live, 'fullchain.pem'), 'a certificate');
    wentWell(setUp('--variables', scratch.variables({})));
    expect(readlinkSync(join(root, 'etc/liftdesk/certificate'))).toBe('/etc/letsencrypt/live/desk.example');
    expect(existsSync(join(root, 'etc/liftdesk/self-signed'))).toBe(false);
  });

  it('takes what CloudFront proves itself with out of Secrets Manager, for root alone and into no word of its own', () => {
    const canary = 'a'.repeat(40) + 'CANARY';
    const bin = scratch.path('bin');
    wentWell(run('mkdir', ['-p', bin]));
    writeFileSync(join(bin, 'aws'), `#!/bin/sh\n[ "$6" = the-secret ] && echo ${canary}\n`, { mode: 0o755 });
    const env = { PATH: `${bin}:${PATH}` };
    const args = (id: string): string[] => [
      ...[join(MACHINE, 'setup'), '--root', root],
      ...['--variables', scratch.variables({ CDN: 'on', ORIGIN_SECRET_ID: id })],
    ];
    const { code, stdout, stderr } = run('bash', args('the-secret'), { env });
    expect([code, stdout + stderr]).toEqual([0, expect.not.stringContaining('CANARY')]);
    expect(read('etc/nginx/liftdesk/origin-secret.map')).toBe(`"${canary}" 1;\n`);
    expect(modeOf('etc/nginx/liftdesk/origin-secret.map')).toBe('600');
    expect(run('bash', args('another'), { env })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('cannot be read'),
    });
  });

  it('tells what it would do, and does nothing of it', () => {
    const { code, stderr } = setUp('--variables', scratch.variables({}), '--dry-run');
    expect([code, stderr]).toEqual([0, expect.stringContaining('writes /etc/letsencrypt')]);
    expect(existsSync(root)).toBe(false);
  });

  it('refuses before anything is changed: no variables, wrong ones, no settings', () => {
    expect(setUp()).toMatchObject({ code: 3, stderr: expect.stringContaining('machine.env cannot be read') });
    expect(setUp('--variables', scratch.variables({ PORT: 'x' }))).toMatchObject({ code: 3 });
    expect(setUp('--variables', scratch.variables({}), '--settings', '/nowhere')).toMatchObject({ code: 3 });
    expect(setUp('--nonsense')).toMatchObject({ code: 2 });
    expect(setUp('--variables')).toMatchObject({ code: 2 });
    expect(wentWell(setUp('--help'))).toContain('Usage: setup');
    expect(existsSync(root)).toBe(false);
    // On a machine of its own too, where certbot would be installed first.
    const variables = scratch.variables({ PORT: 'x', ACME_EMAIL: 'who@desk.example' });
    const { code, stderr } = run('bash', [join(MACHINE, 'setup'), '--variables', variables, '--dry-run']);
    expect([code, stderr]).toEqual([3, expect.not.stringContaining('install')]);
  });

  it('does not say that it is done where a file could not be rendered', () => {
    wentWell(run('mkdir', ['-p', join(root, 'etc/nginx/nginx.conf')]));
    const { code, stderr } = setUp('--variables', scratch.variables({}));
    expect([code, stderr]).toEqual([1, expect.stringContaining('EISDIR')]);
  });
});

describeWith(['root', 'flock'], 'setting a machine up while somebody else does', () => {
  it('is refused', () => {
    const scratch = new Scratch();
    // Refused for them too, so that this machine stays as it is whatever becomes of the lock.
    const variables = scratch.variables({ PORT: 'x' });
    const setUp = ['bash', join(MACHINE, 'setup'), '--variables', variables];
    const { code, stderr } = run('flock', ['/run/liftdesk-setup.lock', ...setUp]);
    expect([code, stderr]).toEqual([3, 'setup: another setup is under way\n']);
    scratch.remove();
  });
});

describeWith(['shellcheck'], 'the scripts of a machine', () => {
  it('are written as shellcheck wants it', () => {
    const hook = 'templates/etc/letsencrypt/renewal-hooks/deploy/liftdesk';
    const lib = readdirSync(join(MACHINE, 'lib')).map((name) => `lib/${name}`);
    const scripts = ['setup', 'start', 'reopen-logs', 'certificate', hook, ...lib];
    expect(run('shellcheck', ['-x', ...scripts], { cwd: MACHINE })).toMatchObject({ code: 0, stdout: '' });
  });

  it.each(['setup', 'start', 'reopen-logs', 'certificate'])('%s says how it is used', (name) => {
    expect(wentWell(run('bash', [join(MACHINE, name), '--help']))).toContain(`Usage: ${name}`);
  });

  it.each(['setup', 'start', 'reopen-logs', 'certificate'])('%s refuses what it does not know', (name) => {
    const env = { PATH, APP_DIR: '/nowhere', PM2_HOME: '/nowhere' };
    expect(run('bash', [join(MACHINE, name), '--nonsense'], { env })).toMatchObject({ code: 2, stdout: '' });
  });

  it.each(['start', 'reopen-logs', 'certificate'])('%s tells what it would do, and does nothing', (name) => {
    const scratch = new Scratch();
    const env = {
      ...{ PATH, APP_DIR: scratch.path('app'), PM2_HOME: scratch.path('pm2') },
      ...{
        LETSENCRYPT: scratch.path('letsencrypt'),
        MACHINE_ENV: scratch.variables({ ACME_EMAIL: 'a@b.example' }),
      },
    };
    expect(wentWell(run('bash', [join(MACHINE, name), '--dry-run'], { env }))).toContain('would run: ');
    expect(readdirSync(scratch.folder)).toEqual(['given.env']);
    scratch.remove();
  });
});
