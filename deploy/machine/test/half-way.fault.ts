import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type Ending, MACHINE, PATH, Scratch, run, wentWell } from './harness/run';

/** Parts of setup with programs that only tell what they were called with: what a second run does after one that ended half-way. */
describe('setup that ended half-way', () => {
  let scratch: Scratch;
  beforeEach(() => {
    scratch = new Scratch();
    for (const name of ['bin', 'here', 'tools']) mkdirSync(scratch.path(name));
  });
  afterEach(() => scratch.remove());

  function program(name: string, text: string): void {
    writeFileSync(
      scratch.path('bin', name),
      `#!/bin/sh\necho "${name} $*" >> ${scratch.path('called')}\n${text}\n`,
    );
    chmodSync(scratch.path('bin', name), 0o755);
  }
  const called = (): string =>
    existsSync(scratch.path('called')) ? readFileSync(scratch.path('called'), 'utf8') : '';

  const PARTS = `
set -euo pipefail
ROOT='' DRY_RUN=no CHANGED=() AGENT=/nowhere HERE=$1/here TOOLS_DIR=$1/tools
for part in telling files services; do source "$2/lib/$part.sh"; done
TO_LOAD=$1/state/to-load
runs_systemd() { true; }
value_of() { echo /nowhere; }
ln() { true; }
`;
  const parts = (then: string): Ending =>
    run('bash', ['-c', PARTS + then, 'bash', scratch.folder, MACHINE], {
      env: { PATH: `${scratch.path('bin')}:${PATH}` },
    });

  it('has nginx and systemd load what it had written', () => {
    program('systemctl', 'exit 0');
    const started = 'take_changed; start_services; rm -f "$TO_LOAD"';
    wentWell(parts(started));
    expect(called()).not.toMatch(/reload/);
    parts('take_changed; note_changed /etc/nginx/nginx.conf /etc/systemd/system/liftdesk.service; exit 1');
    wentWell(parts(started));
    expect(called()).toMatch(/^systemctl daemon-reload$/m);
    expect(called()).toMatch(/^systemctl reload nginx.service$/m);
    writeFileSync(scratch.path('called'), '');
    wentWell(parts(started));
    expect(called()).not.toMatch(/reload/);
  });

  it('installs PM2 whole, and then not again', () => {
    for (const name of ['package-lock.json', 'package.json'])
      cpSync(`${MACHINE}/${name}`, scratch.path('here', name));
    const modules = scratch.path('tools/node_modules');
    const install = 'TOOLS=(package.json package-lock.json); install_tools';
    program('npm', `mkdir -p ${modules}/pm2; exit 1`);
    expect(parts(install).code).not.toBe(0);
    program('npm', `rm -rf ${modules}; mkdir -p ${modules}/pm2`);
    wentWell(parts(install));
    expect(called().match(/^npm ci/gm)).toHaveLength(2);
    expect(parts(install)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(called().match(/^npm ci/gm)).toHaveLength(2);
  });
});
