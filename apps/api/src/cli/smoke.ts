import type { Command } from 'commander';
import { RefusedError } from '../common/operator-errors';
import { readEnvironment } from '../config/environment';
import { conclude } from '../remote-checks/conclude';
import { remoteCommand, type RemoteOptions, remoteOf } from '../remote-checks/options';
import type { Remote } from '../remote-checks/remote';
import { SMOKE_CHECK_NAMES } from '../smoke/checks';
import { adminHousekeeping, databaseHousekeeping, type Housekeeping, leave } from '../smoke/housekeeping';
import { cloudWatchFinder, type LogFinder, logFinderOf, logFolderFinder } from '../smoke/log-finder';
import { runSmoke, writes } from '../smoke/smoke';
import { MAIL_SIMULATOR } from '../smoke/visit';
import { action, type Output } from './operator';
import { withDatabase } from './with-database';

interface Options extends RemoteOptions {
  readonly readOnly?: true;
  readonly withDatabase?: true;
  readonly expectVersion?: string;
  readonly clientOrigin?: string;
  readonly mailDomain: string;
  readonly trySignInLimit?: true;
  readonly logDir?: string;
  readonly logGroup?: string;
}

const MORE = `
It makes two customers and a ticket and erases them again, also when a check fails or somebody interrupts it. For that it
needs SMOKE_ADMIN_EMAIL and SMOKE_ADMIN_PASSWORD, an admin of the desk, or --with-database; without either it refuses.
Mail to the made-up customers goes to the simulator of SES, which takes it and does no harm to anybody's reputation.`;

const PATIENCE_MS = 10_000;

export function smokeCommand(): Command {
  return remoteCommand(
    'smoke',
    'try a running desk as its people do, and leave nothing behind',
    SMOKE_CHECK_NAMES,
  )
    .option('--read-only', 'make only the checks that write nothing')
    .option('--with-database', 'on the machine itself: clean up in its database, look into its log')
    .option('--expect-version <version>', 'fail where another version runs')
    .option('--client-origin <origin>', 'where the client’s page comes from, where that is not --url')
    .option('--mail-domain <domain>', 'of the made-up customers', MAIL_SIMULATOR)
    .option('--try-sign-in-limit', 'though it keeps everybody at this address from signing in for a while')
    .option('--log-dir <folder>', 'look there for the line of a request')
    .option('--log-group <name>', 'look in this group of CloudWatch Logs (AWS_REGION)')
    .addHelpText('after', MORE)
    .action(action<Options>(run));
}

/** What a run has at hand. */
interface Means {
  readonly remote: Remote;
  readonly housekeeping: Housekeeping | null;
  readonly logs: LogFinder | string | undefined;
}

async function run(options: Options, output: Output, signal: AbortSignal): Promise<void> {
  const [remote, logs] = [remoteOf(options), givenLogs(options)];
  const smoke = (means: Means): Promise<void> => report(options, means, output, signal);
  if (!options.withDatabase) return smoke({ remote, logs, housekeeping: await fromOutside(options, remote) });
  await withDatabase((dataSource, config) => {
    const housekeeping = options.readOnly ? null : databaseHousekeeping(dataSource, config);
    return smoke({ remote, housekeeping, logs: logs ?? logFinderOf(config.logging) });
  });
}

async function report(options: Options, means: Means, output: Output, signal: AbortSignal): Promise<void> {
  try {
    const reports = await runSmoke({ ...options, ...means, signal });
    const env = options.withDatabase ? readEnvironment() : process.env;
    conclude({ suite: 'smoke', reports, interrupted: signal.aborted, env }, options, output);
  } finally {
    await leave(means.housekeeping, output);
  }
}

/** @throws RefusedError where nobody would clean up */
function fromOutside({ readOnly, only, skip }: Options, remote: Remote): Promise<Housekeeping | null> {
  if (readOnly || !writes(only, skip)) return Promise.resolve(null);
  const { SMOKE_ADMIN_EMAIL: email, SMOKE_ADMIN_PASSWORD: password } = process.env;
  if (!email || !password)
    throw new RefusedError(
      'Nobody could remove what it makes: set SMOKE_ADMIN_EMAIL and SMOKE_ADMIN_PASSWORD, use --with-database on the machine of the desk, or --read-only. Nothing was made',
    );
  return adminHousekeeping(remote, { email, password }, AbortSignal.timeout(PATIENCE_MS));
}

function givenLogs({ logDir, logGroup }: Options): LogFinder | undefined {
  if (logDir !== undefined) return logFolderFinder(logDir);
  return logGroup === undefined ? undefined : cloudWatchFinder({ group: logGroup });
}
