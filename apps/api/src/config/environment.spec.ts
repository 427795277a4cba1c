import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';
import { givenThere, readEnvironment, readEnvironmentOf } from './environment';

describe('The environment', () => {
  const before = { ...process.env };
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'liftdesk-env-'));
    writeFileSync(
      join(folder, '.env.staging'),
      'NODE_ENV=staging\nPORT=1\nLOG_LEVEL=debug\nHOST=of the file\n',
    );
    writeFileSync(join(folder, '.env.development'), 'PORT=2\n');
  });
  afterEach(() => {
    process.env = { ...before };
    rmSync(folder, { recursive: true });
  });

  const read = (given: NodeJS.ProcessEnv) => {
    process.env = { ...given };
    return readEnvironment(folder);
  };

  it('is the file of NODE_ENV, under what the process has', () =>
    expect(read({ NODE_ENV: 'staging', PORT: '3', HOST: '' })).toEqual({
      NODE_ENV: 'staging',
      PORT: '3',
      LOG_LEVEL: 'debug',
      HOST: '',
    }));

  it.each([{}, { NODE_ENV: '' }])('is that of development for %j', (given) =>
    expect(read(given)).toMatchObject({ PORT: '2' }),
  );

  it('needs no file', () => expect(read({ NODE_ENV: 'production' })).toEqual({ NODE_ENV: 'production' }));

  it('that has something else than a file there is refused in one line', () => {
    mkdirSync(join(folder, '.env.test'));
    expect(() => read({ NODE_ENV: 'test' })).toThrow(StartupError);
    expect(() => read({ NODE_ENV: 'test' })).toThrow(/^Cannot read .*\.env\.test \(EISDIR\): [^\n]*$/);
  });

  describe('of another place', () => {
    const readOf = (name: string, given: NodeJS.ProcessEnv = {}) => {
      process.env = { PATH: '/bin', PORT: '4', ...given };
      return readEnvironmentOf(join(folder, name));
    };

    it('is its file, and what the process has for it', () =>
      expect(readOf('.env.staging', { THERE_HOST: '', THERE_DATABASE_URL: 'postgres://…' })).toEqual({
        PATH: '/bin',
        NODE_ENV: 'staging',
        PORT: '1',
        LOG_LEVEL: 'debug',
        HOST: '',
        DATABASE_URL: 'postgres://…',
      }));

    it('is for the environment that its name has, else for production', () => {
      writeFileSync(join(folder, 'desk.env'), 'PORT=5\n');
      expect(readOf('.env.development')).toMatchObject({ NODE_ENV: 'development' });
      expect(readOf('desk.env')).toMatchObject({ NODE_ENV: 'production', PORT: '5' });
    });

    it('must be there', () => {
      expect(() => readOf('.env.nobody')).toThrow(StartupError);
      expect(() => readOf('.env.nobody')).toThrow(/^There is no file .*\.env\.nobody /);
    });

    it('tells the names that it has from the process, without those that it takes away', () => {
      readOf('.env.staging', { THERE_HOST: '', THERE_DATABASE_URL: 'postgres://…', THEREFORE: 'x' });
      expect(givenThere()).toEqual(['DATABASE_URL']);
    });
  });
});
