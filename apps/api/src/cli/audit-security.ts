import { type Command, InvalidArgumentError } from 'commander';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { InterruptedError } from '../common/operator-errors';
import { readEnvironment } from '../config/environment';
import { conclude } from '../remote-checks/conclude';
import { remoteCommand, type RemoteOptions, remoteOf } from '../remote-checks/options';
import type { Remote } from '../remote-checks/remote';
import type { KnownConfig } from '../security-audit/audit-check';
import { SECURITY_CHECK_NAMES } from '../security-audit/checks';
import { runAudit } from '../security-audit/run-audit';
import { adminHousekeeping, databaseHousekeeping, type Housekeeping } from '../smoke/housekeeping';
import { MAIL_SIMULATOR } from '../smoke/visit';
import { load } from './doctor/load';
import { withoutSecrets } from './doctor/secrets';
import { action } from './operator';
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
    .action(action<Options>((options, _output, signal) => run(options, signal)));
}

function port(value: string, before: readonly number[] = []): number[] {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1 || number > 65_535)
    throw new InvalidArgumentError('Expected a port, such as 22');
  return [...before, number];
}

async function run(options: Options, signal: AbortSignal): Promise<void> {
  const remote = remoteOf(options);
  if (options.withDatabase)
    await withDatabase((dataSource, config) =>
      audit(options, remote, databaseHousekeeping(dataSource, config), signal),
    );
  else await audit(options, remote, await housekeepingFor(remote), signal);
  if (signal.aborted) throw new InterruptedError('Interrupted: the checks that were not made are left out');
}

async function audit(
  options: Options,
  remote: Remote,
  housekeeping: Housekeeping | null,
  signal: AbortSignal,
): Promise<void> {
  const { only, skip, allowPort: allowedPorts, clientBucket, mailDomain, trySignInLimit } = options;
  try {
    const found = await runAudit({
      remote,
      housekeeping,
      desk: await knownConfig(),
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
    process.exitCode = conclude(
      { suite: 'audit:security', reports: withoutSecrets(found, process.env) },
      options,
    );
  } finally {
    await housekeeping?.close(AbortSignal.timeout(PATIENCE_MS));
  }
}

/** What is configured wrongly the doctor tells. */
async function knownConfig(): Promise<KnownConfig> {
  const { config } = await load(readEnvironment());
  return config === null
    ? { config, problem: 'there is no configuration of a desk here that is right: npm run doctor says why' }
    : { config, problem: null };
}

function housekeepingFor(remote: Remote): Promise<Housekeeping> | null {
  const { SMOKE_ADMIN_EMAIL: email, SMOKE_ADMIN_PASSWORD: password } = process.env;
  return email && password
    ? adminHousekeeping(remote, { email, password }, AbortSignal.timeout(PATIENCE_MS))
    : null;
}
