#!/usr/bin/env node
/** Tells a webhook what came of a deployment. Its body holds no secret; its address is one, and is never printed. */
import { parseArgs } from 'node:util';

const USAGE = `Usage: notify.mjs [--dry-run]

Posts one JSON object to a webhook: \`text\` for people (which Slack, Mattermost and their like show), the rest for programs.

  --dry-run   print what would be sent
  --help      this

Variables:
  NOTIFY_WEBHOOK_URL   where to; nothing is sent where it is empty, which is said
  DEED                 release or rollback
  ENVIRONMENT          staging or production
  OUTCOME              success, failure, cancelled or skipped
  VERSION, COMMIT, RUN_URL, SITE_URL   what stands in it where they are given

Exit codes: 0 sent, or nobody to tell; 1 the webhook did not take it; 2 wrong usage.
`;
const ENDED = {
  success: 'is done',
  failure: 'failed',
  cancelled: 'was called off',
  skipped: 'did not begin',
};
const TIMEOUT_MS = 20_000;
const TRIES = 3;
const PAUSE_MS = 2_000;

process.exitCode = await main();

async function main() {
  let values;
  try {
    ({ values } = parseArgs({ options: { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } }));
  } catch (error) {
    return wrongUsage(error.message);
  }
  if (values.help) return said(USAGE.trimEnd(), 0);
  const missing = ['DEED', 'ENVIRONMENT', 'OUTCOME'].filter((name) => !process.env[name]);
  if (missing.length > 0) return wrongUsage(`not set: ${missing.join(', ')}`);
  const body = JSON.stringify(news(process.env));
  if (values['dry-run']) return said(body, 0);
  const url = process.env.NOTIFY_WEBHOOK_URL;
  if (!url) return said('NOTIFY_WEBHOOK_URL is not set: nobody is told', 0);
  const refusal = await posted(url, body);
  return refusal === undefined ? said('Told', 0) : said(`The webhook did not take it: ${refusal}`, 1);
}

function news({ DEED, ENVIRONMENT, OUTCOME, VERSION = '', COMMIT = '', RUN_URL = '', SITE_URL = '' }) {
  const what = [DEED, VERSION || COMMIT.slice(0, 12)].filter(Boolean).join(' of ');
  const text = [`Liftdesk, ${ENVIRONMENT}: ${what} ${ENDED[OUTCOME] ?? OUTCOME}.`, SITE_URL, RUN_URL];
  return {
    text: text.filter(Boolean).join(' '),
    ...{ deed: DEED, environment: ENVIRONMENT, outcome: OUTCOME, version: VERSION, commit: COMMIT },
    ...{ run: RUN_URL, site: SITE_URL },
  };
}

/** @returns why not; undefined where it was taken */
async function posted(url, body) {
  for (let tried = 1; ; tried += 1) {
    const refusal = await once(url, body);
    if (refusal === undefined || tried === TRIES) return refusal;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

async function once(url, body) {
  try {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return answer.ok ? undefined : `it answered ${answer.status}`;
  } catch (error) {
    // What fetch says itself may hold the address.
    return error.cause?.code ?? error.name;
  }
}

function wrongUsage(words) {
  process.stderr.write(`notify.mjs: ${words}; notify.mjs --help says how\n`);
  return 2;
}

function said(words, code) {
  (code === 0 ? process.stdout : process.stderr).write(`${words}\n`);
  return code;
}
