import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

const PORT = 5488;
const DEBIAN = '/usr/lib/postgresql';

/** A PostgreSQL with the settings that it comes with: what is committed is on the disk. */
export class OwnPostgres {
  private constructor(
    private readonly bin: string,
    private readonly folder: string,
  ) {}

  static start(folder: string): OwnPostgres {
    const version = existsSync(DEBIAN)
      ? readdirSync(DEBIAN).toSorted((a, b) => Number(b) - Number(a))[0]
      : undefined;
    if (version === undefined) throw new Error('PostgreSQL is needed: apt-get install postgresql');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const server = new OwnPostgres(join(DEBIAN, version, 'bin'), folder);
    if (userInfo().uid === 0) {
      for (let up = folder; up !== '/'; up = join(up, '..')) chmodSync(up, 0o755);
      execFileSync('chown', ['postgres', folder]);
    }
    server.asServer('initdb', [
      '-D',
      join(folder, 'data'),
      '-U',
      'bench',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C.UTF-8',
    ]);
    server.asServer('pg_ctl', [
      ...['-D', join(folder, 'data'), '-w', '-l', join(folder, 'log')],
      ...['-o', `-p ${PORT} -c listen_addresses=127.0.0.1 -k ${folder}`, 'start'],
    ]);
    return server;
  }

  stop(): void {
    this.asServer('pg_ctl', ['-D', join(this.folder, 'data'), '-m', 'fast', '-w', 'stop']);
  }

  /** @returns its address; one of this name that is there goes first */
  database(name: string): string {
    this.psql('postgres', `drop database if exists "${name}"`);
    this.psql('postgres', `create database "${name}"`);
    return `postgres://bench@127.0.0.1:${PORT}/${name}`;
  }

  /** What a query says, a row a line. */
  psql(database: string, sql: string): string {
    return execFileSync(
      join(this.bin, 'psql'),
      [
        '-h',
        '127.0.0.1',
        '-p',
        String(PORT),
        '-U',
        'bench',
        '-d',
        database,
        '-X',
        '-At',
        '-v',
        'ON_ERROR_STOP=1',
      ],
      { input: sql, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] },
    ).trim();
  }

  private asServer(program: string, args: string[]): void {
    const path = join(this.bin, program);
    if (userInfo().uid !== 0) execFileSync(path, args, { stdio: 'ignore' });
    else
      execFileSync('runuser', ['-u', 'postgres', '--', path, ...args], { stdio: 'ignore', cwd: this.folder });
  }
}
