import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ending, MACHINE, Scratch, run, wentWell } from './harness/run';

describe('rendering a machine', () => {
  let scratch: Scratch;
  beforeEach(() => (scratch = new Scratch()));
  afterEach(() => scratch.remove());

  const render = (...args: string[]): Ending => run(process.execPath, [join(MACHINE, 'render.mjs'), ...args]);
  const printed = (given: Record<string, string>): Ending =>
    render('--variables', scratch.variables(given), '--print');

  it('leaves no placeholder in any file, whichever way the switches are', () => {
    const switched: Record<string, string>[] = [
      {},
      { TLS: 'off', IPV6: 'off', CDN: 'on' },
      { ENGINE: 'postgres', INSTANCES: '2' },
    ];
    for (const given of switched) {
      const folder = scratch.render(given);
      const files = wentWell(run('find', [folder, '-type', 'f']))
        .trim()
        .split('\n');
      expect(files.length).toBeGreaterThan(15);
      for (const file of files)
        expect([file, readFileSync(file, 'utf8')]).not.toEqual([file, expect.stringContaining('{{')]);
    }
  });

  it('has one value everywhere: a port, a folder, a user', () => {
    const folder = scratch.render({ PORT: '5123', APP_USER: 'desk', APP_DIR: '/srv/desk' });
    const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
    expect(read('etc/nginx/conf.d/liftdesk.conf')).toContain('server 127.0.0.1:5123 ');
    expect(read('etc/systemd/system/liftdesk-watch.service')).toContain('http://127.0.0.1:5123');
    expect(read('etc/systemd/system/liftdesk.service')).toMatch(/^User=desk$/m);
    expect(read('etc/systemd/system/liftdesk.service')).toContain('PM2_HOME=/home/desk/.pm2');
    expect(read('etc/liftdesk/cloudwatch-agent.json')).toContain('/srv/desk/logs/application.log');
    expect(read('etc/logrotate.d/liftdesk')).toContain('su desk desk');
  });

  it('touches nothing that is as it should be, and mends what is not', () => {
    const folder = scratch.render();
    const again = (...more: string[]): Ending =>
      render('--variables', scratch.path('given.env'), '--to', folder, ...more);
    expect(again()).toMatchObject({ code: 0, stdout: '' });
    const hook = join(folder, 'etc/letsencrypt/renewal-hooks/deploy/liftdesk');
    const site = join(folder, 'etc/nginx/conf.d/liftdesk.conf');
    writeFileSync(site, 'by hand');
    chmodSync(hook, 0o644);
    const both = '/etc/letsencrypt/renewal-hooks/deploy/liftdesk\n/etc/nginx/conf.d/liftdesk.conf\n';
    expect(again('--check')).toMatchObject({ code: 1, stdout: both });
    expect(again('--dry-run')).toMatchObject({ code: 0, stdout: both });
    expect(readFileSync(site, 'utf8')).toBe('by hand');
    expect(again()).toMatchObject({ code: 0, stdout: both });
    expect(again('--check')).toMatchObject({ code: 0 });
    expect(statSync(hook).mode & 0o777).toBe(0o755);
  });

  it('names every variable that is wrong, at once, and writes nothing', () => {
    const given = { DOMAIN: '', PORT: '5000; return 200', BACKUP_AT: '25:00', APP_DIR: '/srv/a desk' };
    const to = scratch.path('machine');
    const { code, stderr } = render('--variables', scratch.variables(given), '--to', to);
    expect(code).toBe(2);
    expect(stderr).toContain('DOMAIN is missing: expected a name such as desk.example.com');
    for (const name of ['PORT', 'BACKUP_AT', 'APP_DIR'])
      expect(stderr).toContain(`${name}=${given[name as 'PORT']}: expected`);
    expect(existsSync(to)).toBe(false);
  });

  it('refuses a second process on SQLite', () => {
    expect(printed({ INSTANCES: '2' })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('SQLite serves one'),
    });
    expect(printed({ INSTANCES: '2', ENGINE: 'postgres' }).code).toBe(0);
  });

  it('takes quotes and comments in the file, and tells of a name that is none of its own', () => {
    const file = scratch.path('machine.env');
    writeFileSync(file, '# The desk\n\nDOMAIN="desk.example"\nBACKUPAT=03:00\n');
    const { code, stdout, stderr } = render('--variables', file, '--print');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^DOMAIN=desk\.example$/m);
    expect(stderr).toContain('BACKUPAT is none of the variables');
    writeFileSync(file, 'DOMAIN desk.example\n');
    expect(render('--variables', file, '--print')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('line 1'),
    });
  });

  it('says how it is used when it is used wrongly', () => {
    expect(render()).toMatchObject({ code: 2, stderr: expect.stringContaining('--variables') });
    expect(render('--nonsense')).toMatchObject({ code: 2 });
    expect(render('--variables', '/nowhere/machine.env', '--print')).toMatchObject({ code: 1 });
    expect(wentWell(render('--help'))).toContain('Usage: render.mjs');
    expect(wentWell(render('--list'))).toContain('APP_USER=ec2-user');
  });

  it('gives the agent of CloudWatch each line once, and one metric of each name', () => {
    const folder = scratch.render();
    const config = JSON.parse(readFileSync(join(folder, 'etc/liftdesk/cloudwatch-agent.json'), 'utf8'));
    const files = config.logs.logs_collected.files.collect_list as {
      file_path: string;
      log_stream_name: string;
      filters?: object[];
    }[];
    expect(files.map(({ log_stream_name }) => log_stream_name.replace('{instance_id}/', ''))).toEqual([
      'application',
      'errors',
      'watch',
      'nginx',
      'nginx-errors',
      'releases',
    ]);
    // What is in error.log is in application.log too: there it is left out.
    const [application] = files;
    const left = application?.filters?.[0] as { type: string; expression: string };
    expect(left.type).toBe('exclude');
    const line = (level: string): string => JSON.stringify({ timestamp: 'now', level, message: 'x' });
    for (const level of ['error', 'fatal']) expect(line(level)).toMatch(new RegExp(left.expression));
    for (const level of ['warn', 'info']) expect(line(level)).not.toMatch(new RegExp(left.expression));
    expect(config.metrics).not.toHaveProperty('aggregation_dimensions');
    expect(config.metrics.metrics_collected.disk.resources).toEqual(['/', '/home/ec2-user/app']);
  });
});
