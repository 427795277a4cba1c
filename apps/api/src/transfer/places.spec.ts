import { databasePlace, describeDatabase, describeStorage, storagePlace } from './places';

const ENV = { AWS_REGION: 'eu-central-1', THERE: 'postgres://desk:p%40ss@db.example.com/desk' };

describe('a place that an operator writes', () => {
  it.each([
    ['sqlite:./database.sqlite', './database.sqlite'],
    ['sqlite:/var/desk.sqlite', '/var/desk.sqlite'],
    ['sqlite:///var/desk.sqlite', '/var/desk.sqlite'],
  ])('%s is a file', (text, path) => {
    expect(databasePlace(text, { DATABASE_URL: 'postgres://a:b@c/d' })).toEqual({ type: 'sqlite', path });
  });

  it('may stand in a variable, and its password is not told', () => {
    const place = databasePlace('env:THERE', ENV);
    expect(place).toMatchObject({ type: 'postgres', password: 'p@ss', statementTimeoutMs: 0 });
    expect(describeDatabase(place)).toBe('postgres://desk@db.example.com:5432/desk');
  });

  it.each(['mysql://a', './database.sqlite', 'env:NOT_THERE', 'postgres://'])(
    '%s is refused in words',
    (text) => {
      expect(() => databasePlace(text, ENV)).toThrow(/sqlite:<file>|postgres:\/\//);
    },
  );

  it('is a folder or a bucket for files', () => {
    expect(storagePlace('local:./uploads', ENV)).toMatchObject({ type: 'local', uploadDir: './uploads' });
    const bucket = storagePlace('s3://desk-files/support', ENV);
    expect(bucket).toMatchObject({
      type: 's3',
      bucket: 'desk-files',
      keyPrefix: 'support/',
      region: 'eu-central-1',
    });
    expect(describeStorage(bucket)).toBe('s3://desk-files/support/');
    expect(storagePlace('s3://desk-files', ENV)).toMatchObject({ keyPrefix: '' });
    expect(() => storagePlace('s3://desk-files', {})).toThrow(/AWS_REGION/);
    expect(() => storagePlace('ftp://x', ENV)).toThrow(/local:<folder>/);
  });
});
