import { type Command, InvalidArgumentError } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { readEnvironment } from '../config/environment';
import { conclude } from '../remote-checks/conclude';
import { remoteCommand, type RemoteOptions, remoteOf } from '../remote-checks/options';
import type { Remote } from '../remote-checks/remote';
import type { KnownConfig } from '../security-audit/audit-check';
import { SECURITY_CHECK_NAMES } from '../security-audit/checks';
import { runAudit } from '../security-audit/run-audit';
import { adminHousekeeping, databaseHousekeeping, type Housekeeping, leave } from '../smoke/housekeeping';
import { MAIL_SIMULATOR } from '../smoke/visit';
import { type Environment, load } from './doctor/load';
import { action, type Output } from './operator';
import { withDatabase } from './with-database';

interface Options extends RemoteOptions {
  readonly withDatabase?: true;
  readonly clientBucket?: string;
  readonly allowPort: readonly number[];
  readonly mailDomain: string;
  readonly trySignInLimit?: true;
}

const MORE = `
From anywhere it looks at what strangers can see. Started where the desk is installed, with the desk's variables, it looks
at buckets, role, secrets and files too. What needs somebody signed in is tried as a made-up customer, who is erased again:
with SMOKE_ADMIN_EMAIL and SMOKE_ADMIN_PASSWORD, an admin of the desk, or --with-database.
What could not be looked at is "skipped: not checked", and says what it needs. It is no failure, and no pass.`;

const PATIENCE_MS = 10_000;

export function auditSecurityCommand(): Command {
  return remoteCommand(
    'audit:security',
    'look for holes in a running desk and in what is around it; changes nothing',
    SECURITY_CHECK_NAMES,
  )
    .option('--with-database', 'on the machine itself: remove the made-up customer by its database')
    .option('--client-bucket <name>', 'the bucket of the client, where a CDN serves it')
    .option('--allow-port <port>', 'a port that may be open; more than once', port, [])
    .option('--mail-domain <domain>', 'of the made-up customer', MAIL_SIMULATOR)
    .option('--try-sign-in-limit', 'though it keeps everybody at this address from signing in for a while')
    .addHelpText('after', MORE)
    .action(action<Options>(run));
}

function port(value: string, before: readonly number[] = []): number[] {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new InvalidArgumentError('Expected a port, such as 22');
  return [...before, number];
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<void> {
  const remote = remoteOf(options);
  const look = (housekeeping: Housekeeping | null): Promise<void> =>
    audit(options, { remote, housekeeping }, output, signal);
  if (!options.withDatabase) return look(await housekeepingFor(remote));
  await withDatabase((dataSource, config) => look(databaseHousekeeping(dataSource, config)));
}

interface Means {
  readonly remote: Remote;
  readonly housekeeping: Housekeeping | null;
}

async function audit(options: Options, means: Means, output: Output, signal: AbortSignal): Promise<void> {
  const { only, skip, allowPort: allowedPorts, clientBucket, mailDomain, trySignInLimit } = options;
  try {
    const env = readEnvironment();
    const { desk, secrets } = await knownConfig(env);
    const reports = await runAudit({
      ...means,
      desk,
      directory: process.cwd(),
      files: [
        join(process.env['PM2_HOME'] || join(homedir(), '.pm2'), 'dump.pm2'),
        '/etc/liftdesk/machine.env',
      ],
      allowedPorts,
      clientBucket,
      mailDomain,
      mayShutOut: trySignInLimit ?? false,
      npm: 'npm',
      now: Date.now,
      only,
      skip,
      signal,
    });
    conclude(
      { suite: 'audit:security', reports, interrupted: signal.aborted, env, secrets },
      options,
      output,
    );
  } finally {
    await leave(means.housekeeping, output);
  }
}

/** What is configured wrongly the doctor tells. */
async function knownConfig(env: Environment): Promise<{ desk: KnownConfig; secrets: readonly string[] }> {
  const loaded = await load(env);
  if (loaded.config !== null)
    return { desk: { config: loaded.config, problem: null }, secrets: loaded.secret.values };
  const problem = 'there is no configuration of a desk here that is right: npm run doctor says why';
  return { desk: { config: null, problem }, secrets: [] };
}

function housekeepingFor(remote: Remote): Promise<Housekeeping> | null {
  const { SMOKE_ADMIN_EMAIL: email, SMOKE_ADMIN_PASSWORD: password } = process.env;
  return email && password
    ? adminHousekeeping(remote, { email, password }, AbortSignal.timeout(PATIENCE_MS))
    : null;
}
