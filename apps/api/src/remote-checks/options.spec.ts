import { selfSigned } from '@liftdesk/testing';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { remoteCommand, type RemoteOptions } from './options';

const folder = mkdtempSync(join(tmpdir(), 'liftdesk-remote-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** @throws CommanderError for what is not understood */
function parsed(...given: string[]): RemoteOptions {
  const command = remoteCommand('look', 'looks', ['login', 'tls'])
    .exitOverride()
    .configureOutput({ writeErr: () => undefined });
  return command.parse(['--url', 'https://desk.example.com', ...given], { from: 'user' }).opts();
}

describe('the options of a look from outside', () => {
  it('are understood', () => {
    const ca = join(folder, 'ca.pem');
    writeFileSync(ca, selfSigned().certificate);
    expect(
      parsed(
        '--connect',
        '127.0.0.1:8443',
        '--connect-plain',
        '[::1]:80',
        '--ca',
        ca,
        '--only',
        'login, tls',
      ),
    ).toMatchObject({
      url: new URL('https://desk.example.com'),
      connect: { host: '127.0.0.1', port: 8443 },
      connectPlain: { host: '::1', port: 80 },
      ca: expect.stringContaining('BEGIN CERTIFICATE'),
      only: ['login', 'tls'],
      skip: [],
    });
  });

  it.each([
    [['--url', 'desk.example.com']],
    [['--url', 'ftp://desk.example.com']],
    [['--url', 'https://desk.example.com/somewhere']],
    [['--connect', 'desk.example.com']],
    [['--connect', '127.0.0.1:70000']],
    [['--ca', join(folder, 'none.pem')]],
    [['--only', 'login,unheard-of']],
    [['--unheard-of']],
  ])('are refused where they mean nothing: %j', (given) => {
    expect(() => parsed(...given)).toThrow();
  });
});
