import express from 'express';
import request from 'supertest';
import { parseConfig } from '../config/config';
import { clientConfig } from '../configure-app';
import { TestDesk } from '../testing/test-desk';
import { clientConfigFile } from './client-config';

const parse = (env: Record<string, string>) =>
  parseConfig({ JWT_SECRET: 'a secret for tests that is long enough', ...env });

describe('/config.json', () => {
  const answer = (env: Record<string, string>) =>
    request(express().use(clientConfigFile(clientConfig(parse(env), '1.2.3')))).get('/config.json');

  it('tells the client what this deployment is, and is asked for each time', async () => {
    const { body, type, headers } = await answer({ NODE_ENV: 'development', APP_NAME: 'Acme Care' });
    expect(body).toEqual({
      apiBase: '/api',
      name: 'Acme Care',
      version: '1.2.3',
      environment: 'development',
      features: { demoAccounts: true, mailOutbox: true, registration: true },
    });
    expect([type, headers['cache-control']]).toEqual(['application/json', 'no-cache']);
  });

  it('names an API of another origin', async () =>
    expect((await answer({ CLIENT_API_BASE: 'https://api.desk.example/api/' })).body).toMatchObject({
      apiBase: 'https://api.desk.example/api',
    }));

  it.each(['api', 'ftp://api.desk.example', 'https://'])('%j is no place of an API', (base) =>
    expect(() => parse({ CLIENT_API_BASE: base })).toThrow(/\n {2}CLIENT_API_BASE: expected a path/),
  );

  it('offers the outbox only where mail stays on this machine', async () =>
    expect(
      (
        await answer({
          NODE_ENV: 'development',
          MAIL_TRANSPORT: 'smtp',
          SMTP_HOST: 'mail',
          FROM_EMAIL: 'a@desk.example',
        })
      ).body,
    ).toMatchObject({ features: { mailOutbox: false } }));

  it('offers neither demo accounts nor the outbox outside development', async () =>
    expect((await answer({ NODE_ENV: 'test' })).body).toMatchObject({
      features: { demoAccounts: false, mailOutbox: false },
    }));
});

describe('REGISTRATION=closed', () => {
  it('keeps customers from making accounts, and the client is told', async () => {
    const desk = await TestDesk.start({ env: { REGISTRATION: 'closed' } });
    const body = { email: 'new@people.example', password: 'correct horse battery', name: 'New' };
    const refused = await desk.anonymous.post('/auth/register', body).expect(403);
    expect(refused.body.detail).toContain('ask them for one');
    expect(await desk.rows('select 1 from "user"')).toEqual([]);
    const { body: config } = await request(desk.server).get('/config.json').expect(200);
    expect(config.features.registration).toBe(false);
    await desk.close();
  });
});

describe('CLIENT_API_BASE of another origin', () => {
  it('is one that the page may read from, by its policy', async () => {
    const desk = await TestDesk.start({ env: { CLIENT_API_BASE: 'https://api.desk.example/api' } });
    const { headers } = await request(desk.server).get('/favicon.svg');
    expect(headers['content-security-policy']).toMatch(
      /connect-src 'self' https:\/\/api\.desk\.example(;|$)/,
    );
    await desk.close();
  });
});
