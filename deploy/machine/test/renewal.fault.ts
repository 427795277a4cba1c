import { once } from 'node:events';
import { readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TLSSocket, connect } from 'node:tls';
import { NAME, RenderedNginx } from './harness/nginx';
import { type Ending, MACHINE, PATH, describeWith, run, wentWell } from './harness/run';

describeWith(['root', 'nginx'], 'a certificate that was renewed', () => {
  let nginx: RenderedNginx;
  beforeEach(async () => {
    nginx = await RenderedNginx.prepare({ PORT: '1', ACME_EMAIL: 'who@desk.example' });
    await nginx.start();
    nginx.certify('second');
  });
  afterEach(() => nginx.stop());

  function hook(env: Record<string, string>, ...args: string[]): Ending {
    const file = nginx.scratch.path('machine/etc/letsencrypt/renewal-hooks/deploy/liftdesk');
    const known = { PATH, NGINX: `nginx -c ${nginx.configuration}` };
    return run(file, args, { env: { ...known, ...env } });
  }
  const renewed = (): Record<string, string> => ({
    RENEWED_LINEAGE: nginx.scratch.path('second'),
    RENEWED_DOMAINS: NAME,
  });
  const link = (): string => readlinkSync(nginx.scratch.path('certificate'));

  async function shown(): Promise<string> {
    // Which one it is is what is asked: trusting the first would refuse the second, which has the same name.
    const to = { host: '127.0.0.1', port: nginx.httpsPort, servername: NAME, rejectUnauthorized: false };
    const socket: TLSSocket = connect(to);
    await once(socket, 'secureConnect');
    const { raw } = socket.getPeerCertificate();
    socket.destroy();
    return raw.toString('base64');
  }
  const own = (pem: string | undefined): string => String(pem).replace(/-----[^-]+-----|\s/g, '');

  it('is the one that nginx shows', async () => {
    const [first, second] = nginx.certificates.map(own);
    expect(await shown()).toBe(first);
    wentWell(hook(renewed()));
    // The new workers take over in a moment.
    while ((await shown()) !== second);
    expect(link()).toBe(nginx.scratch.path('second'));
  });

  it('is not taken with a configuration that nginx would not start with: the old one goes on', async () => {
    nginx.put('machine/etc/nginx/conf.d/broken.conf', 'server { listen nowhere }');
    const { code, stderr } = hook(renewed());
    expect([code, stderr]).toEqual([1, expect.stringContaining('it goes on with what it has')]);
    expect([await shown(), link()]).toEqual([own(nginx.certificates[0]), nginx.scratch.path('first')]);
  });

  it('is offered again to an nginx that would not take it', async () => {
    const { scratch } = nginx;
    const certbot = 'machine/etc/letsencrypt';
    nginx.put('bin/certbot', '#!/bin/sh\n');
    wentWell(run('chmod', ['+x', scratch.path('bin/certbot')]));
    nginx.put(`${certbot}/renewal/${NAME}.conf`, '');
    nginx.certify(`${certbot}/live/${NAME}`);
    nginx.put('machine/etc/nginx/conf.d/broken.conf', 'server { listen nowhere }');
    const certificate = (): Ending =>
      run(join(MACHINE, 'certificate'), [], {
        env: {
          ...{ PATH: `${scratch.path('bin')}:${PATH}`, NGINX: `nginx -c ${nginx.configuration}` },
          ...{ MACHINE_ENV: scratch.path('given.env'), LETSENCRYPT: scratch.path(certbot) },
        },
      });
    expect(certificate().code).toBe(1);
    expect(await shown()).toBe(own(nginx.certificates[0]));
    rmSync(scratch.path('machine/etc/nginx/conf.d/broken.conf'));
    wentWell(certificate());
    while ((await shown()) !== own(nginx.certificates[2]));
    expect(link()).toBe(scratch.path(`${certbot}/live/${NAME}`));
    // Then there is nothing to do: nginx is not asked.
    nginx.put('machine/etc/nginx/conf.d/broken.conf', 'server { listen nowhere }');
    wentWell(certificate());
  });

  it('of another name is no affair of ours', () => {
    expect(hook({ ...renewed(), RENEWED_DOMAINS: 'shop.example' })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('not for'),
    });
    expect(link()).toBe(nginx.scratch.path('first'));
  });

  it('is told of only, when it is tried', () => {
    expect(hook(renewed(), '--dry-run')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('would make'),
    });
    expect(link()).toBe(nginx.scratch.path('first'));
    expect(hook({})).toMatchObject({ code: 2 });
  });
});

describeWith(['root', 'nginx', 'logrotate'], "nginx' logs that are rotated", () => {
  it('have every line once, whatever was written meanwhile', async () => {
    const nginx = await RenderedNginx.prepare({ PORT: '1' });
    await nginx.start();
    const configuration = nginx.scratch.path('machine/etc/logrotate.d/liftdesk');
    // The parts that belong to the desk's user are proven where there is one.
    const own = readFileSync(configuration, 'utf8')
      .replace(/\n# PM2 likewise[^]*/, '\n')
      .replace('0640 root root', '0640');
    nginx.put('logrotate.conf', own);
    const ids: string[] = [];
    const asking = (async () => {
      for (let n = 0; n < 300; n += 1) {
        ids.push(`line-${n}`);
        await nginx.ask('/metrics', { headers: { 'X-Request-Id': `line-${n}` } });
      }
    })();
    for (let time = 0; time < 3; time += 1) {
      const before = ids.length;
      while (ids.length < Math.min(before + 50, 290)) await new Promise((resolve) => setTimeout(resolve, 5));
      const state = nginx.scratch.path('logrotate.state');
      wentWell(run('logrotate', ['--force', '--state', state, nginx.scratch.path('logrotate.conf')]));
    }
    await asking;
    const written = (): string =>
      wentWell(run('sh', ['-c', `zcat -f ${nginx.scratch.path('log')}/nginx-access.log*`]));
    await nginx.logged('line-299');
    const found = [...written().matchAll(/"requestId":"(line-\d+)"/g)].map(([, id]) => id);
    expect(found.sort()).toEqual(ids.sort());
    await nginx.stop();
  });
});
