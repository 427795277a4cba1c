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
