import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { type Maintenance, maintenanceView } from '../database/maintenance';
import { migrationState } from '../database/migration-state';
import { MESSAGE_LENGTH } from '../maintenance-mode/maintenance.entity';
import { beginMaintenance, endMaintenance, readMaintenance } from '../maintenance-mode/maintenance-switch';
import { waitingFor } from './maintenance-words';
import { InterruptedError } from '../common/operator-errors';
import { type OperatorOptions, type Output, action, operatorCommand } from './operator';
import { withDatabase } from './with-database';

const SWITCHES = ['on', 'off', 'status'] as const;
type Switch = (typeof SWITCHES)[number];

interface Options extends OperatorOptions {
  message?: string;
  /** Milliseconds since 1970. */
  until?: number;
}

const MIGRATION = 'Maintenance1796169600000';

/** Beside a server that runs: it need not be stopped, and obeys at once. */
export function maintenanceCommand(): Command {
  return operatorCommand(
    'maintenance',
    'switch writing off while the desk is looked after, and on again; reading goes on',
  )
    .addArgument(new Argument('<switch>').choices(SWITCHES))
    .addOption(new Option('--message <text>', 'on: what users read').argParser(parseMessage))
    .addOption(
      new Option('--until <time>', 'on: when you mean to be done; it ends by `off` alone').argParser(
        parseUntil,
      ),
    )
    .action((which: Switch, options: Options, command: Command) => {
      if (which !== 'on' && (options.message ?? options.until) !== undefined)
        command.error('error: --message and --until belong to `maintenance on`');
      return action<Options>((given, output, signal) => run(which, given, output, signal))(options);
    });
}

async function run(which: Switch, options: Options, output: Output, signal: AbortSignal): Promise<void> {
  await withDatabase(async (dataSource) => {
    await assertHasSwitch(dataSource);
    if (which === 'on') await begin(dataSource, options, output, signal);
    if (which === 'off') await endMaintenance(dataSource);
    const now = await readMaintenance(dataSource);
    output.result({ maintenance: now && maintenanceView(now) }, sentences(now));
  });
}

async function begin(
  dataSource: DataSource,
  { message, until }: Options,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const onMail = (mails: number): void => output.line(waitingFor(mails));
  try {
    await beginMaintenance(dataSource, { message, until, onMail, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new InterruptedError(
      'Interrupted: no writes are taken, but what becomes of mail on its way is still written down. Run the same again, or `npm run maintenance -- off`',
      { cause: error },
    );
  }
}

function sentences(now: Maintenance | null): string {
  if (now === null) return 'No maintenance: writes are taken';
  const { since, until, message } = maintenanceView(now);
  return [
    `Maintenance since ${since}: no writes are taken, reading goes on`,
    ...(until === null ? [] : [`It is meant to end at ${until}`]),
    ...(message === null ? [] : [`Users read: ${message}`]),
    'It ends by: npm run maintenance -- off',
  ].join('\n');
}

/** @throws StartupError where there is no desk, or one on the schema of an older version */
async function assertHasSwitch(dataSource: DataSource): Promise<void> {
  const { pending } = await migrationState(dataSource);
  if (pending.length === dataSource.migrations.length)
    throw new StartupError('There is no desk in this database: is DATABASE_PATH or DATABASE_URL right?');
  if (pending.includes(MIGRATION))
    throw new StartupError('This database has no switch for maintenance yet: run `npm run migration:run`');
}

function parseMessage(text: string): string {
  if (text.length > MESSAGE_LENGTH) throw new InvalidArgumentError(`At most ${MESSAGE_LENGTH} characters.`);
  return text;
}

function parseUntil(text: string): number {
  const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(instant))
    throw new InvalidArgumentError('Write it like 2026-11-26T05:00, or with Z or +01:00 behind it.');
  if (instant <= Date.now()) throw new InvalidArgumentError('That is over already.');
  return instant;
}
