import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../cli/doctor/check';
import { Output } from '../cli/operator';
import { conclude } from './conclude';

describe('what a look from outside came to', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liftdesk-conclude-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(() => {
    process.exitCode = undefined;
    jest.restoreAllMocks();
  });

  it('is told without a secret, wherever it is written', () => {
    const printed: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => printed.push(String(text)) > 0);
    const said = failure('hunter2-of-a-variable', { cause: 'kept-elsewhere', fix: 'hunter2-of-a-variable' });
    const found = { suite: 'look', reports: [{ name: 'one', ms: 1, ...said }], interrupted: false };
    const hidden = { env: { SMTP_PASSWORD: 'hunter2-of-a-variable' }, secrets: ['kept-elsewhere'] };
    const junit = join(folder, 'look.xml');
    const url = new URL('https://user:pass@desk.example.com');
    for (const json of [true, false])
      conclude({ ...found, ...hidden }, { url, json, junit }, new Output(json));
    const shown = printed.join('') + readFileSync(junit, 'utf8');
    expect(shown).toContain('***');
    expect(shown).not.toMatch(/hunter2|kept-elsewhere|user:pass/);
    expect(process.exitCode).toBe(1);
  });
});
