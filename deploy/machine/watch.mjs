#!/usr/bin/env node
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = `Usage: watch.mjs [options]

Asks the desk on this machine how it is and writes one line of JSON:
  timestamp, message ("watch"), ready (1 or 0), status (healthy, degraded, unhealthy, silent), version, ms,
  deadMail (mails that were given up), backupAgeSeconds (for how long there has been no newer proven backup),
  failing (names of what does not pass)
What the desk did not say is left out.

  --url <address>   where the desk listens; http://127.0.0.1:5000 unless set
  --to <file>       the line is added to this file; without one it is printed
  --dry-run         print it, add nothing
  --help            this

Ends with 0 a line was written, whatever it says, 1 it could not be written, 2 used wrongly.`;

const ANSWERED_WITHIN_MS = 10_000;

/** @returns {Promise<{ status: number, text: string } | undefined>} undefined where nobody answers */
async function ask(url) {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWERED_WITHIN_MS) });
    return { status: answer.status, text: await answer.text() };
  } catch {
    // Who is silent is told as silent: that is what this is for.
    return undefined;
  }
}

/** What is read of `/health`; nothing of an answer that is not the desk's. */
function reportOf(answer) {
  try {
    const { status, version, checks } = JSON.parse(answer.text);
    const failing = Object.entries(checks ?? {})
      .filter(([, check]) => check.status !== 'pass')
      .map(([name]) => name);
    return { status, version, ...(failing.length > 0 && { failing }) };
  } catch {
    return { status: 'silent' };
  }
}

/** A gauge of `/metrics`, undefined where there is none. */
function gauge(answer, name) {
  const escaped = name.replace(/[{}"]/g, '\\$&');
  const found = new RegExp(`^${escaped} (\\S+)$`, 'm').exec(answer?.text ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

/** @param {string} url */
async function look(url) {
  const began = performance.now();
  const [ready, health, metrics] = await Promise.all(
    ['/health/ready', '/health', '/metrics'].map((path) => ask(`${url}${path}`)),
  );
  return {
    timestamp: new Date().toISOString(),
    message: 'watch',
    ready: ready?.status === 200 ? 1 : 0,
    ...(health === undefined ? { status: 'silent' } : reportOf(health)),
    ms: Math.round(performance.now() - began),
    deadMail: gauge(metrics, 'liftdesk_outbox_mails{state="dead"}'),
    backupAgeSeconds: gauge(metrics, 'liftdesk_backup_age_seconds'),
  };
}

function options() {
  try {
    return parseArgs({
      options: {
        url: { type: 'string', default: 'http://127.0.0.1:5000' },
        to: { type: 'string' },
        'dry-run': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    process.stderr.write(`watch: ${error.message}\n`);
    process.exit(2);
  }
}

const { url, to, 'dry-run': dryRun, help } = options();
if (help) {
  process.stdout.write(`${USAGE}\n`);
} else {
  const line = `${JSON.stringify(await look(url.replace(/\/$/, '')))}\n`;
  if (to === undefined || dryRun) process.stdout.write(line);
  else appendFileSync(to, line, { mode: 0o640 });
}
