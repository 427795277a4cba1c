import express from 'express';
import request from 'supertest';
import { requestId } from './request-id';
import { clientPolicy, securityHeaders } from './security-headers';

const answer = (path: string, options = { https: true }) =>
  request(
    express()
      .disable('x-powered-by')
      .use(requestId)
      .use(securityHeaders(options))
      .use((req, res) => void res.send(req.id)),
  ).get(path);

describe('security headers', () => {
  it('of the API forbid everything a page could do, and to be stored', async () => {
    for (const path of ['/api/tickets', '/health', '/api', '/api?x=1']) {
      const { headers } = await answer(path);
      expect(headers).toMatchObject({
        'content-security-policy': "default-src 'none';frame-ancestors 'none'",
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000',
        'cache-control': 'no-store',
      });
    }
  });

  it('of the client let its own scripts run and no others', async () => {
    const { headers } = await answer('/apiary');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy.split(';')).toEqual(
      expect.arrayContaining([
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        'frame-src blob:',
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        'upgrade-insecure-requests',
      ]),
    );
    expect(policy).not.toContain('unsafe');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-powered-by']).toBeUndefined();
  });

  it('are the client’s for a path in other letters, which the router does not take for the API’s', async () => {
    expect((await answer('/API/tickets')).headers['content-security-policy']).toContain("default-src 'self'");
  });

  it('allow inline styles on the OpenAPI pages only', async () => {
    expect((await answer('/api/docs')).headers['content-security-policy']).toContain(
      "style-src 'self' 'unsafe-inline'",
    );
    expect((await answer('/api/documents')).headers['content-security-policy']).toContain(
      "default-src 'none'",
    );
  });

  it('do not force TLS on a laptop', async () => {
    const { headers } = await answer('/', { https: false });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests');
  });

  it('let the page reach the object store where there is one', () => {
    const policy = clientPolicy({ https: true, otherOrigins: ['https://files.example'] })('abc');
    expect(policy).toContain("img-src 'self' data: blob: https://files.example");
    expect(policy).toContain("connect-src 'self' https://files.example");
    expect(policy).toContain("style-src 'self' 'nonce-abc'");
  });
});

describe('the request id', () => {
  it('is taken when sane, and answered', async () => {
    const { headers, text } = await answer('/').set('x-request-id', 'trace.01_A-b');
    expect([headers['x-request-id'], text]).toEqual(['trace.01_A-b', 'trace.01_A-b']);
  });

  it.each(['', 'a b', '<script>', 'x'.repeat(65), 'ä'])('is made when %j is sent', async (given) => {
    const { headers } = await answer('/').set('x-request-id', Buffer.from(given, 'utf8').toString('latin1'));
    expect(headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
    expect(headers['x-request-id']).not.toBe(given);
  });

  it('differs from request to request', async () => {
    const ids = await Promise.all(
      [...Array(20)].map(async () => (await answer('/')).headers['x-request-id']),
    );
    expect(new Set(ids).size).toBe(20);
  });
});
