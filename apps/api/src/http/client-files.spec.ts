import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import express from 'express';
import request from 'supertest';
import { clientFiles } from './client-files';
import { clientPolicy, securityHeaders } from './security-headers';

describe('the client', () => {
  let folder: string;
  const app = () =>
    express()
      .use(securityHeaders({ https: false }))
      .use(clientFiles({ folder, policy: clientPolicy({ https: false }) }))
      .use((_req, res) => void res.status(404).type('application/problem+json').send('{}'));
  const browse = (path: string) => request(app()).get(path).set('accept', 'text/html,*/*;q=0.8');

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-client-'));
    mkdirSync(join(folder, 'media'));
    writeFileSync(
      join(folder, 'index.html'),
      '<desk-root ngCspNonce="__CSP_NONCE__"></desk-root><style nonce="__CSP_NONCE__">',
    );
    writeFileSync(join(folder, 'main-5QF7A3XY.js'), 'run()');
    writeFileSync(join(folder, 'media', 'inter-AB12CD34.woff2'), 'font');
    writeFileSync(join(folder, 'favicon.svg'), '<svg/>');
    writeFileSync(join(folder, '.secret'), 'x');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('gets its page with one fresh nonce in header and markup, never stored unchecked', async () => {
    const [one, two] = [await browse('/'), await browse('/')];
    const nonce = /'nonce-([^']+)'/.exec(one.headers['content-security-policy'] ?? '')?.[1];
    expect(one.text).toBe(`<desk-root ngCspNonce="${nonce}"></desk-root><style nonce="${nonce}">`);
    expect(two.text).not.toBe(one.text);
    expect(one.headers['cache-control']).toBe('no-cache');
    expect(one.type).toBe('text/html');
  });

  it.each(['/tickets', '/tickets/17?tab=events', '/sign-in', '/index.html'])('opens at %s', async (path) => {
    const answer = await browse(path);
    expect([answer.status, answer.type]).toEqual([200, 'text/html']);
    expect(answer.text).not.toContain('__CSP_NONCE__');
  });

  it('answers HEAD without a body', async () => {
    const answer = await request(app()).head('/tickets');
    expect([answer.status, answer.text ?? '']).toEqual([200, '']);
  });

  it.each(['/main-5QF7A3XY.js', '/media/inter-AB12CD34.woff2'])('may keep %s for ever', async (path) => {
    expect((await browse(path)).headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it('asks again for files without a hash', async () => {
    expect((await browse('/favicon.svg')).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    ['a missing asset', 'get', '/main-OLDOLD12.js'],
    ['a hidden file', 'get', '/.secret'],
    ['a way out of the folder', 'get', '/..%2f..%2fetc/passwd.txt'],
    ['the API', 'get', '/api/nowhere'],
    ['a probe', 'get', '/health/nowhere'],
    ['a POST', 'post', '/tickets'],
  ] as const)('is not what %s gets', async (_name, method, path) => {
    const answer = await request(app())[method](path).set('accept', 'text/html');
    expect([answer.status, answer.type]).toEqual([404, 'application/problem+json']);
  });

  it('is not what a program that wants JSON gets', async () => {
    expect((await request(app()).get('/tickets').set('accept', 'application/json')).status).toBe(404);
  });

  it('is simply not there before it is built', async () => {
    rmSync(join(folder, 'index.html'));
    expect((await browse('/')).status).toBe(404);
  });

  it('shows a new build without a restart', async () => {
    const server = app();
    await request(server).get('/');
    writeFileSync(join(folder, 'index.html'), 'the second build');
    expect((await request(server).get('/')).text).toBe('the second build');
  });
});
