import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { StartupError } from '../common/startup-error';
import { readEnvironment } from './environment';

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
});
