import { selfSigned } from '@liftdesk/testing';
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Browser } from './browser';
import { Remote } from './remote';

const signal = AbortSignal.timeout(600_000);
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(server: Server): Promise<{ host: string; port: number }> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

type Answers = (req: IncomingMessage, res: ServerResponse) => void;
const plain = (answers: Answers) => listen(createPlain(answers));
const { certificate, privateKey } = selfSigned(['desk.example.com'], [], 60);
const secure = (answers: Answers) => listen(createServer({ cert: certificate, key: privateKey }, answers));
const url = new URL('https://desk.example.com');

describe('a deployment over the network', () => {
  it('is reached at another place under its own name, which its certificate must be for', async () => {
    const connect = await secure((req, res) => res.end(req.headers.host));
    const answer = await new Remote({ url, connect, authorities: certificate }).ask('/', { signal });
    expect(answer.body.toString()).toBe('desk.example.com');
    expect(answer.protocol).toBe('TLSv1.3');
    expect(answer.certificate?.subject.CN).toBe('desk.example.com');

    const other = new Remote({ url: new URL('https://127.0.0.1'), connect, authorities: certificate });
    await expect(other.ask('/', { signal })).rejects.toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  it('is told nothing where its certificate is of nobody who is trusted', async () => {
    const heard: string[] = [];
    const connect = await secure((req, res) => {
      heard.push(req.url ?? '');
      res.end();
    });
    await expect(new Remote({ url, connect }).ask('/', { signal })).rejects.toThrow('self-signed');
    expect(heard).toEqual([]);
  });

  it('sees each caller on this machine come from an address of its own', async () => {
    const { port } = await plain((req, res) => res.end(req.socket.remoteAddress));
    const here = new URL(`http://127.0.0.1:${port}`);
    const addresses = new Set<string>();
    for (let caller = 0; caller < 3; caller += 1) {
      const remote = new Remote({ url: here });
      const [first, second] = [await remote.ask('/', { signal }), await remote.ask('/', { signal })];
      expect(second.body).toEqual(first.body);
      expect(remote.alone).toBe(true);
      addresses.add(first.body.toString());
    }
    expect(addresses.size).toBe(3);
    expect(addresses).not.toContain('127.0.0.1');
  });

  it('has an address without TLS where one is known', async () => {
    const connectPlain = await plain((req, res) => res.end(`plain ${req.headers.host}`));
    const answer = await new Remote({ url, connectPlain }).askPlain('/', { signal });
    expect(answer?.body.toString()).toBe('plain desk.example.com');
    expect(
      new Remote({ url: new URL('https://desk.example.com:8443') }).askPlain('/', { signal }),
    ).toBeNull();
  });

  it('is the only one that is asked', () => {
    expect(() => new Remote({ url }).ask('https://elsewhere.example/', { signal })).toThrow('elsewhere');
  });
});

describe('a browser', () => {
  it('keeps cookies for their path until they are taken back, and the access token', async () => {
    const heard: (string | undefined)[][] = [];
    const connect = await plain((req, res) => {
      heard.push([req.url, req.headers.cookie, req.headers.authorization]);
      if (req.url === '/api/auth/login')
        res.setHeader('Set-Cookie', 'refresh=a=b; Path=/api/auth; HttpOnly').end('{"accessToken":"token"}');
      else if (req.url === '/api/auth/logout') res.setHeader('Set-Cookie', 'refresh=; Path=/api/auth').end();
      else res.end();
    });
    const browser = new Browser(new Remote({ url: new URL('http://desk.example.com'), connect }));
    for (const path of [
      '/api/auth/login',
      '/api/auth/refresh',
      '/api/tickets',
      '/api/auth/logout',
      '/api/auth/me',
    ])
      await browser.ask(path, { signal });
    expect(heard).toEqual([
      ['/api/auth/login', undefined, undefined],
      ['/api/auth/refresh', 'refresh=a=b', 'Bearer token'],
      ['/api/tickets', undefined, 'Bearer token'],
      ['/api/auth/logout', 'refresh=a=b', 'Bearer token'],
      ['/api/auth/me', undefined, 'Bearer token'],
    ]);
  });
});
