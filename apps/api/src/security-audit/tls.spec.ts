import type { ServerResponse } from 'node:http';
import { Remote } from '../remote-checks/remote';
import { AuditedDesk } from './testing/audited-desk';
import type { Passing } from './testing/front';

const WEAK = '@SECLEVEL=0';

describe('The audit of TLS', () => {
  let desk: AuditedDesk;

  beforeAll(async () => {
    desk = await AuditedDesk.start();
  });
  afterAll(() => desk.close());

  it('passes a front that speaks 1.2 and 1.3 with strong ciphers, redirects, and tells browsers to stay', async () => {
    const found = await desk.audit(['tls-versions', 'tls-ciphers', 'certificate', 'https-only', 'hsts']);
    expect(Object.values(found).map(({ name, verdict }) => `${name} ${verdict}`)).toEqual([
      'tls-versions ok',
      'tls-ciphers ok',
      'certificate ok',
      'https-only ok',
      'hsts ok',
    ]);
  });

  it('finds TLS 1.0 and 1.1', async () => {
    const tls = { minVersion: 'TLSv1', ciphers: `DEFAULT${WEAK}` } as const;
    expect(await desk.find('tls-versions', { tls })).toMatchObject({
      verdict: 'failure',
      message: 'TLS 1.0 or 1.1 is spoken',
      guide: 'ASVS 5.0: 12.1.1',
    });
  });

  it('says that 1.3 is off', async () => {
    const found = await desk.find('tls-versions', { tls: { maxVersion: 'TLSv1.2' } });
    expect(found).toMatchObject({ verdict: 'warning', message: expect.stringContaining('TLSv1.2') });
  });

  it.each(['AES128-GCM-SHA256', 'AES256-SHA'])(
    'finds a cipher without forward secrecy: %s',
    async (cipher) => {
      const tls = { ciphers: `ECDHE+AESGCM:${cipher}:${WEAK}` };
      expect(await desk.find('tls-ciphers', { tls })).toMatchObject({ verdict: 'failure' });
    },
  );

  it('finds a cipher in CBC mode', async () => {
    const tls = { ciphers: `ECDHE+AESGCM:ECDHE-RSA-AES128-SHA256:${WEAK}` };
    expect(await desk.find('tls-ciphers', { tls })).toMatchObject({ verdict: 'warning' });
  });

  it('finds a certificate that nobody has vouched for', async () => {
    expect(await desk.find('certificate', {}, { trusted: false })).toMatchObject({ verdict: 'failure' });
  });

  it('finds a certificate that ends within days', async () => {
    const found = await desk.find('certificate', {}, { now: () => Date.now() + 5 * 86_400_000 });
    expect(found).toMatchObject({ verdict: 'failure', message: expect.stringMatching(/^[45] days left/) });
  });

  it('finds a key that is too short', async () => {
    const certificate = { valid_to: '2099-01-01T00:00:00Z', bits: 1024 };
    const remote = { secure: true, ask: () => Promise.resolve({ certificate }) } as unknown as Remote;
    const found = await desk.find('certificate', {}, { remote });
    expect(found).toMatchObject({ verdict: 'failure', message: 'its key has 1024 bits' });
  });

  it('finds that the page is answered without TLS', async () => {
    const found = await desk.find('https-only', { plain: (response) => response.end('hello') });
    expect(found).toMatchObject({ verdict: 'failure', message: expect.stringContaining('the page') });
  });

  it('finds a redirect that stays without TLS', async () => {
    const plain = (response: ServerResponse) =>
      response.writeHead(302, { location: 'http://desk.test/login' }).end();
    expect(await desk.find('https-only', { plain })).toMatchObject({ verdict: 'failure' });
  });

  it.each(['', 'max-age=300'])('finds that browsers are not told to stay: %s', async (hsts) => {
    const answer = ({ headers }: Passing) => void (headers['strict-transport-security'] = hsts);
    expect(await desk.find('hsts', { answer })).toMatchObject({ verdict: 'failure' });
  });

  it('passes nothing of a desk that is away', async () => {
    const connect = { host: '127.0.0.1', port: 9 };
    const away = new Remote({ url: new URL('https://desk.test'), connect, connectPlain: connect });
    const names = ['tls-versions', 'tls-ciphers', 'certificate', 'https-only', 'hsts'];
    const found = await desk.audit(names, {}, { remote: away });
    expect(Object.values(found).map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(
      names.map((name) => `${name} failure`),
    );
  });

  it('finds that there is no TLS at all', async () => {
    const remote = { secure: false } as Remote;
    const found = await desk.audit(
      ['tls-versions', 'https-only', 'hsts'],
      {},
      { remote, housekeeping: null },
    );
    expect(found['tls-versions']).toMatchObject({ verdict: 'failure' });
    expect(found['https-only']).toMatchObject({ verdict: 'failure' });
    expect(found['hsts']).toMatchObject({
      verdict: 'skipped',
      message: expect.stringContaining('not checked'),
    });
  });
});
