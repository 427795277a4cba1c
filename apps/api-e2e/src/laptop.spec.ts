import { sampleFiles } from '@liftdesk/testing';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DIST, Installation } from './harness/built-api';
import { Client } from './harness/client';

const PACKAGES = resolve(__dirname, '../../../node_modules');
/** What only a deployment on AWS, with PostgreSQL or Redis, or with somebody who reads its metrics has any use for. */
const CLOUD = new Set(['@aws-sdk', '@smithy', '@aws-crypto', 'pg', 'pg-pool', 'ioredis', 'prom-client']);

/** A copy of the build, beside packages among which the cloud's are missing: what asks for one of them fails. */
function buildWithoutCloud(): string {
  const root = mkdtempSync(join(tmpdir(), 'liftdesk-laptop-'));
  cpSync(DIST, join(root, 'dist'), { recursive: true });
  mkdirSync(join(root, 'node_modules'));
  for (const name of readdirSync(PACKAGES)) {
    if (!CLOUD.has(name)) symlinkSync(join(PACKAGES, name), join(root, 'node_modules', name));
  }
  return root;
}

describe('a laptop', () => {
  const root = buildWithoutCloud();
  const installation = new Installation(join(root, 'dist'));

  afterAll(() => {
    installation.remove();
    rmSync(root, { recursive: true, force: true });
  });

  it('does the main job, and ends well, where none of the cloud’s clients is installed', async () => {
    installation.migrate().addUser('agent', 'maja@desk.example', 'a password for maja');
    const api = await installation.start();
    const maja = await new Client(api.origin).signIn('maja@desk.example', 'a password for maja');
    const [staged] = await maja.stage({ name: 'photo.jpg', bytes: new Uint8Array(sampleFiles.jpeg()) });
    const ticket = await maja.post<{ id: string }>('/tickets', {
      subject: 'No cloud',
      body: 'None at all',
      attachmentIds: [staged?.id],
    });
    await maja.post(`/tickets/${ticket.id}/messages`, { body: 'Solved', status: 'solved' });
    expect((await fetch(`${api.origin}/health`)).status).toBe(200);
    // The doctor loads none of them either, and finds nothing to cure.
    const found = installation.command('doctor', '--url', api.origin, '--skip', 'disk,memory', '--json');
    expect(JSON.parse(found)).toMatchObject({ ok: true });
    expect((await api.stop()).code).toBe(0);
  });

  it('has a doctor who ends with 1 where something fails', () => {
    const look = () => installation.command('doctor', '--url', 'http://127.0.0.1:9', '--only', 'api');
    expect(look).toThrow('doctor ended with 1');
  });
});
