import { databaseSchema } from './database.schema';

const parse = (env: Record<string, string>) => databaseSchema.parse(env);
const LOCAL = 'postgres://desk:secret@127.0.0.1/desk';
const RDS = 'postgres://desk:secret@desk.abc.eu-central-1.rds.amazonaws.com:6432/desk';

describe('the database of the configuration', () => {
  it('is a SQLite file unless DATABASE_URL is set', () => {
    expect(parse({})).toEqual({ type: 'sqlite', path: './database.sqlite' });
    expect(parse({ DATABASE_PATH: '/var/lib/desk.sqlite' })).toEqual({
      type: 'sqlite',
      path: '/var/lib/desk.sqlite',
    });
    expect(parse({ DATABASE_PATH: 'x', DATABASE_URL: RDS }).type).toBe('postgres');
  });

  it('is the server that DATABASE_URL names, with a pool and limits', () => {
    expect(parse({ DATABASE_URL: RDS })).toEqual({
      type: 'postgres',
      host: 'desk.abc.eu-central-1.rds.amazonaws.com',
      port: 6432,
      user: 'desk',
      password: 'secret',
      database: 'desk',
      poolSize: 10,
      statementTimeoutMs: 10_000,
      tls: { caFile: undefined },
    });
    const limits = { DATABASE_POOL_SIZE: '25', DATABASE_STATEMENT_TIMEOUT: '3s' };
    expect(parse({ DATABASE_URL: RDS, ...limits })).toMatchObject({
      poolSize: 25,
      statementTimeoutMs: 3_000,
    });
  });

  it.each([
    ['postgresql://a:b@h/d', { host: 'h', port: 5432, user: 'a', password: 'b', database: 'd' }],
    ['postgres://a@h/d', { password: undefined }],
    [
      'postgres://a%40b:p%40ss%2Fw%3Ard%20%3F%23@h/the%20desk',
      { user: 'a@b', password: 'p@ss/w:rd ?#', database: 'the desk' },
    ],
    ['postgres://a@[::1]:5433/d', { host: '::1', port: 5433, tls: false }],
    ['postgres://a@localhost/d?host=/var/run/postgresql', { host: '/var/run/postgresql', tls: false }],
  ])('reads %s', (url, expected) => {
    expect(parse({ DATABASE_URL: url })).toMatchObject(expected);
  });

  it.each([
    [LOCAL, undefined, false],
    [LOCAL, 'verify', { caFile: undefined }],
    [RDS, undefined, { caFile: undefined }],
    [RDS, 'off', false],
  ])('of %s with DATABASE_SSL=%s is spoken to so: %j', (url, ssl, tls) => {
    const env: Record<string, string> = ssl === undefined ? {} : { DATABASE_SSL: ssl };
    expect(parse({ ...env, DATABASE_URL: url })).toMatchObject({ tls });
  });

  it('is verified by the authorities of a file', () => {
    const env = { DATABASE_URL: RDS, DATABASE_CA_FILE: '/etc/rds.pem' };
    expect(parse(env)).toMatchObject({ tls: { caFile: '/etc/rds.pem' } });
  });

  it.each([
    ['DATABASE_URL', 'mysql://desk:hidden-pw@h/d'],
    ['DATABASE_URL', 'postgres://h/d'],
    ['DATABASE_URL', 'postgres://desk:hidden-pw@h'],
    ['DATABASE_URL', 'postgres://desk:hidden-pw@h/d?sslmode=disable'],
    ['DATABASE_URL', 'postgres://desk:hidden-pw%@h/d'],
    ['DATABASE_URL', 'desk:hidden-pw'],
    ['DATABASE_SSL', 'require'],
    ['DATABASE_POOL_SIZE', '1'],
    ['DATABASE_STATEMENT_TIMEOUT', 'soon'],
  ])('is refused by the name of what is wrong, and no password: %s=%s', (name, value) => {
    const { error } = databaseSchema.safeParse({ DATABASE_URL: RDS, [name]: value });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([name]);
    expect(JSON.stringify(error)).not.toMatch(/hidden-pw|secret/);
  });
});
