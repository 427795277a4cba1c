import { App } from 'aws-cdk-lib';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDesk } from '../lib/app';
import { INFRA } from '../lib/paths';
import { type Resources, billOf } from './bill';
import type { Costed } from './report';
import { SCALE_USAGE, SMALL_USAGE, type Usage } from './usage';

const OURS = {
  fromEmail: 'support@example.com',
  alarmEmail: 'ops@example.com',
  domain: 'desk.example.com',
  certificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0a1b',
  originCertificateArn: 'arn:aws:acm:us-east-1:111122223333:certificate/0c1d',
  hostedZoneId: 'Z0123456789ABC',
  hostedZoneName: 'example.com',
  github: 'acme/desk',
  live: true,
};

/** What is told of: a small desk, one with PostgreSQL, and the least one of scale. */
export function costedDesks(): Costed[] {
  return [
    costed('small', {}, SMALL_USAGE),
    costed('small, with PostgreSQL', { database: true }, SMALL_USAGE),
    costed('scale', { profile: 'scale' }, SCALE_USAGE),
  ];
}

function costed(title: string, settings: object, usage: Usage): Costed {
  return { title, usage, lines: billOf(resourcesOf({ ...OURS, ...settings }), usage) };
}

function resourcesOf(context: Record<string, unknown>): Resources {
  const { context: flags } = JSON.parse(readFileSync(join(INFRA, 'cdk.json'), 'utf8')) as { context: object };
  const outdir = mkdtempSync(join(tmpdir(), 'liftdesk-costs-'));
  try {
    const app = new App({ context: { ...flags, ...context }, outdir });
    const { stackName } = addDesk(app);
    return (app.synth().getStackByName(stackName).template as { Resources: Resources }).Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
