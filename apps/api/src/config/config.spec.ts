import express from 'express';
import { StartupError } from '../common/startup-error';
import { parseConfig } from './config';

const parse = (env: Record<string, string>) =>
  parseConfig({ JWT_SECRET: 'a secret for tests that is long enough', ...env });

describe('TRUST_PROXY', () => {
  it.each([
    ['true', true],
    ['false', false],
    ['0', 0],
    [' 2 ', 2],
    ['loopback', ['loopback']],
    ['10.0.0.7, 172.16.0.0/12 ,uniquelocal', ['10.0.0.7', '172.16.0.0/12', 'uniquelocal']],
    ['2001:db8::/32', ['2001:db8::/32']],
  ])('%j is what express takes for it: %j', (text, trusted) => {
    const { TRUST_PROXY } = parse({ TRUST_PROXY: text }).http;
    expect(TRUST_PROXY).toEqual(trusted);
    expect(() => express().set('trust proxy', TRUST_PROXY)).not.toThrow();
  });

  it('is the loopback unless it is set', () => expect(parse({}).http.TRUST_PROXY).toEqual(['loopback']));

  it.each([
    'yes',
    'nginx',
    '10.0.0.0/33',
    '2001:db8::/129',
    '10.0.0.1/8/8',
    '10.0.0.1/',
    'loopback,',
    '-1',
    '10.0.0',
  ])('%j is refused in one line that says what is expected', (text) => {
    expect(() => parse({ TRUST_PROXY: text })).toThrow(StartupError);
    expect(() => parse({ TRUST_PROXY: text })).toThrow(/\n {2}TRUST_PROXY: expected true, false, [^\n]*$/);
  });
});

describe('A configuration that is not right', () => {
  const AWS = { NODE_ENV: 'production', PLATFORM: 'aws', SECRETS_PROVIDER: 'env' };
  const problemsOf = (env: Record<string, string>): string[] => {
    try {
      parseConfig(env);
    } catch (error) {
      expect(error).toBeInstanceOf(StartupError);
      return (error as Error).message.split('\n  ').slice(1);
    }
    return [];
  };
  const namesOf = (env: Record<string, string>) => problemsOf(env).map((line) => line.split(':')[0]);

  it('names everything at once, each variable once, whatever else is wrong', () =>
    expect(
      namesOf({ ...AWS, PORT: 'http', FRONTEND_URL: '*', JWT_SECRET: 'short secret of mine' }).sort(),
    ).toEqual([
      'AWS_REGION',
      'DATABASE_URL',
      'FROM_EMAIL',
      'FRONTEND_URL',
      'JWT_SECRET',
      'PORT',
      'S3_ATTACHMENTS_BUCKET',
      'SES_REGION',
    ]));

  it.each([
    [{}, 'JWT_SECRET: not set. Signs access tokens and file links'],
    [{ MAIL_TRANSPORT: 'ses' }, 'SES_REGION: not set. AWS region of SES, such as us-east-1'],
    [{ LOG_TRANSPORT: 'syslog' }, 'LOG_TRANSPORT: expected file or cloudwatch'],
    [{ DATABASE_SSL: 'maybe' }, 'DATABASE_SSL: expected off or verify'],
    [{ REDIS_PORT: 'x' }, 'REDIS_PORT: expected a whole number'],
  ])('says of %j what was expected, in words', (env, line) => expect(problemsOf(env)).toContain(line));

  it('shows no value', () =>
    expect(
      problemsOf({
        ...AWS,
        JWT_SECRET: 'dev-secret-key-change-in-production',
        DATABASE_URL: 'mysql://me:hunter2@db/x',
      }).join(),
    ).not.toMatch(/dev-secret|hunter2/));

  it('lacks a database on AWS, where a file that nobody asked for would be a surprise', () => {
    expect(namesOf(AWS)).toContain('DATABASE_URL');
    expect(namesOf({ ...AWS, DATABASE_PATH: '/srv/desk.sqlite' })).not.toContain('DATABASE_URL');
  });
});
