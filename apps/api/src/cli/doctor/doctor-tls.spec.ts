import { selfSigned } from '@liftdesk/testing';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { parseConfig } from '../../config/config';
import type { DoctorContext } from './check';
import { certificateCheck, redirectCheck } from './checks/tls.checks';

const signal = AbortSignal.timeout(600_000);
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A deployment whose certificate has so many days left. @param trusted by this machine */
async function deployment(
  days: number,
  { trusted = true, names = ['localhost'] } = {},
): Promise<DoctorContext> {
  const { certificate, privateKey } = selfSigned(names, [], days);
  const port = await listen(
    createServer({ cert: certificate, key: privateKey }, (_req, res) => res.end('{"status":"alive"}')),
  );
  return contextAt(`https://localhost:${port}`, trusted ? certificate : undefined);
}

const contextAt = (url: string, authorities?: string): DoctorContext => ({
  config: parseConfig({
    NODE_ENV: 'production',
    JWT_SECRET: 'Zk3'.repeat(20),
    FRONTEND_URL: 'https://localhost',
  }),
  env: {},
  secret: { failure: null, madeAt: null, values: [] },
  url: new URL(url),
  urlGiven: true,
  directory: '.',
  systemRoot: '/',
  now: Date.now,
  ...(authorities !== undefined && { authorities }),
});

describe('the doctor of a certificate', () => {
  it.each([
    [60, 'ok', '59 days left'],
    [15, 'warning', '14 days left'],
    [4, 'failure', '3 days left'],
    [-3, 'failure', 'expired'],
  ])('that has %i days left says %s', async (days, verdict, message) => {
    const found = await certificateCheck.run(await deployment(days), signal);
    expect(found).toMatchObject({ verdict, message: expect.stringContaining(message) });
    if (verdict !== 'ok')
      expect(found).toMatchObject({ fix: expect.stringContaining('certbot renew --dry-run') });
  });

  it('finds one that nobody has signed, and one for another name', async () => {
    expect(await certificateCheck.run(await deployment(60, { trusted: false }), signal)).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('no authority that this machine trusts'),
    });
    expect(
      await certificateCheck.run(await deployment(60, { names: ['desk.example.com'] }), signal),
    ).toMatchObject({
      verdict: 'failure',
      cause: expect.stringContaining('another host name'),
    });
  });

  it('warns of an address without TLS, outside this machine', async () => {
    expect(await certificateCheck.run(contextAt('http://desk.example.com'), signal)).toMatchObject({
      verdict: 'warning',
    });
    expect(await certificateCheck.run(contextAt('http://localhost:5000'), signal)).toMatchObject({
      verdict: 'skipped',
    });
  });
});

describe('the doctor of the address without TLS beside it', () => {
  const plainServer = async (status: number, location?: string): Promise<URL> => {
    const port = await listen(
      createPlain((_req, res) => res.writeHead(status, location === undefined ? {} : { location }).end()),
    );
    return new URL(`http://127.0.0.1:${port}/`);
  };
  const look = async (plain: URL) => redirectCheck(() => plain).run(contextAt('https://localhost'), signal);

  it('is content where it leads to https', async () => {
    expect(await look(await plainServer(301, 'https://localhost/'))).toMatchObject({ verdict: 'ok' });
  });

  it('finds one that serves pages, and one that leads elsewhere', async () => {
    for (const plain of [await plainServer(200), await plainServer(301, 'http://localhost/start')])
      expect(await look(plain)).toMatchObject({
        verdict: 'failure',
        fix: expect.stringContaining('return 301'),
      });
  });

  it('warns where nobody is: certificates could not be renewed', async () => {
    expect(await look(new URL('http://127.0.0.1:9/'))).toMatchObject({
      verdict: 'warning',
      cause: expect.stringContaining('port 80'),
    });
  });
});
