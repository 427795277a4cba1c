import { freePort } from '@liftdesk/testing';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type Ending, run } from '../harness/run';
import { WORKSPACE } from '../harness/stand-in';

export const SCRIPTS = join(WORKSPACE, 'deploy/scripts');

/** What the scripts ask of PM2, for one process. It cannot start a release whose folder holds the file `sick`. */
const PM2 = `#!/usr/bin/env bash
pid=$(cat "$PM2_HOME/pid" 2>/dev/null) && kill -0 "$pid" 2>/dev/null || pid=''
stop() { while [[ -n $pid ]] && kill "$pid" 2>/dev/null; do sleep 0.05; done; }
case $1 in
  jlist)
    [[ -n $pid ]] || { echo '[]'; exit; }
    echo "[{\\"name\\":\\"liftdesk\\",\\"pid\\":$pid,\\"pm2_env\\":{\\"pm_id\\":0,\\"status\\":\\"online\\",\\"restart_time\\":0}}]" ;;
  startOrReload)
    stop
    cd "$APP_DIR/current/" && [[ ! -e sick ]] || exit 1
    setsid node dist/apps/api/main.js </dev/null >/dev/null 2>&1 &
    mkdir -p "$PM2_HOME" && echo $! >"$PM2_HOME/pid" ;;
  delete) stop ;;
esac
`;
const SERVER = `
const { version } = require('../../../release.json');
const answer = (request, response) => response.end(JSON.stringify({ version }));
require('node:http').createServer(answer).listen(process.env.PORT, '127.0.0.1');`;
/**
 * Operators' commands: each is noted, and fails where the release holds a file of its name. A program of the machine that is named
 * after one is run by it, and may fail too.
 */
const CLI = `
const { appendFileSync, existsSync } = require('node:fs');
const program = process.env.APP_DIR + '/on-' + process.argv[2];
if (existsSync(program)) require('node:child_process').execFileSync(program, { stdio: 'inherit' });
appendFileSync(process.env.APP_DIR + '/commands', process.argv.slice(2).join(' ') + '\\n');
if (process.argv[2] === 'migration:show') console.log('{"applied":[],"pending":[]}');
if (existsSync(process.argv[2])) { console.error(process.argv[2] + ' fails'); process.exit(1); }`;

/** A folder that the scripts take for a machine, with a desk that answers and does nothing else. */
export class SmallMachine {
  private constructor(readonly folder: string) {}

  static async make(folder = mkdtempSync(join(tmpdir(), 'liftdesk-small-'))): Promise<SmallMachine> {
    const machine = new SmallMachine(folder);
    machine.write('app/shared/.env.production', `DATABASE_PATH=${folder}/app/database.sqlite\n`);
    machine.write('pm2', PM2, 0o755);
    const variables = {
      APP_DIR: machine.path('app'),
      PM2_BIN: machine.path('pm2'),
      PM2_HOME: machine.path('.pm2'),
    };
    const lines = Object.entries({ ...variables, SERVES_WITHIN: 120, PORT: await freePort() });
    // No end of line at its end: it is read all the same.
    machine.write('machine.env', lines.map(([name, value]) => `${name}=${value}`).join('\n'));
    return machine;
  }

  remove(): void {
    this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), text, { mode });
  }

  /** @param extra files by what is in them, such as `{ smoke: '' }` for a release whose smoke test fails */
  pack(version: string, extra: Record<string, string> = {}): string {
    const about = { version, platform: process.platform, arch: process.arch, node: process.versions.modules };
    const files = {
      'release.json': JSON.stringify({ ...about, packages: [] }),
      'dist/apps/api/main.js': SERVER,
      'dist/apps/api/cli.js': CLI,
      'dist/apps/web/browser/index.html': version,
      ...extra,
    };
    const content = mkdtempSync(this.path('content-'));
    execFileSync('cp', ['-r', '--parents', 'deploy/scripts', content], { cwd: WORKSPACE });
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(content, name)), { recursive: true });
      writeFileSync(join(content, name), text);
    }
    const archive = this.path(`liftdesk-${version}.tar.gz`);
    execFileSync('tar', ['-czf', archive, '-C', content, ...Object.keys(files), 'deploy/scripts']);
    const sum = createHash('sha256').update(readFileSync(archive)).digest('hex');
    writeFileSync(`${archive}.sha256`, `${sum}  ${basename(archive)}\n`);
    return archive;
  }

  /** @param redirection of the shell, such as where its words go */
  call(script: string, args: string[], redirection = ''): Promise<Ending> {
    const words = [join(SCRIPTS, script), ...args];
    return run('bash', ['-c', `"$@" ${redirection}`, 'bash', ...words], { env: this.environment });
  }

  get environment(): Record<string, string | undefined> {
    return { PATH: process.env['PATH'], HOME: this.folder };
  }

  activate(archive: string, redirection = ''): Promise<Ending> {
    return this.call('on-machine/activate', ['--machine', this.path('machine.env'), archive], redirection);
  }

  goBack(...args: string[]): Promise<Ending> {
    return this.call('on-machine/go-back', ['--machine', this.path('machine.env'), ...args]);
  }

  versionAt(link: 'current' | 'previous'): string | undefined {
    const file = this.path(`app/${link}`);
    return existsSync(file) ? basename(readlinkSync(file)) : undefined;
  }

  /** The operators' commands that releases gave. */
  get commands(): string[] {
    return readFileSync(this.path('app/commands'), 'utf8').trim().split('\n');
  }

  /** Its process ends, as if it had crashed for good. */
  stop(): void {
    execFileSync(this.path('pm2'), ['delete'], { env: { ...process.env, PM2_HOME: this.path('.pm2') } });
  }
}
