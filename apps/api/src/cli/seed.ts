import { NestFactory } from '@nestjs/core';
import { FileStorage, StorageModule } from '@liftdesk/storage';
import { Command, InvalidArgumentError } from 'commander';
import { randomBytes } from 'node:crypto';
import { DEMO_ACCOUNTS } from '../auth/demo-accounts';
import { StartupError } from '../common/startup-error';
import type { Config } from '../config/config';
import { readEnvironment } from '../config/environment';
import { loadConfigOnce } from '../config/load-config';
import { dialectOf } from '../database/dialect';
import { claimDatabase } from '../database/instance-lock';
import { assertMigrated } from '../database/migration-state';
import { DeskAccount } from '../database/seed/bulk/plan-desk';
import { assertNobodyThere, seedDesk } from '../database/seed/bulk/seed-desk';
import { hashDemoPasswords } from '../database/seed/demo/demo-people';
import { isEmptyDesk, loadDemo } from '../database/seed/demo/load-demo';
import type { DataSource } from 'typeorm';
import { ProgressLine } from './progress-line';
import { withDatabase } from './with-database';

interface SeedOptions {
  demoIfEmpty?: true;
  tickets?: number;
  seed: number;
  until: number;
}

const DAY = 86_400_000;
const MOST_TICKETS = 10_000_000;

export function seedCommand(): Command {
  return new Command('seed')
    .description('fill an empty desk with invented tickets; never in staging or production')
    .option('--demo-if-empty', 'a small shop with demo accounts, where there is no ticket yet')
    .option('--tickets <number>', 'that many, with people, conversations and the search index', wholeNumber)
    .option('--seed <number>', 'another one gives another desk, the same one the same', wholeNumber, 1)
    .option('--until <date>', 'day of the last ticket; today unless given', day, startOfToday())
    .action((options: SeedOptions) => seed(options));
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function seed({ demoIfEmpty, tickets, ...options }: SeedOptions): Promise<void> {
  const config = await loadConfigOnce(readEnvironment());
  const environment = config.app.NODE_ENV;
  if (environment === 'production' || environment === 'staging')
    throw new StartupError(`Invented tickets have no place in ${environment}: nothing was done`);
  if (demoIfEmpty) return seedDemo();
  if (tickets === undefined) throw new StartupError('Say which: --demo-if-empty, or --tickets <number>');
  await seedMany(config, tickets, options);
}

async function seedDemo(): Promise<void> {
  await withDatabase(async (dataSource, config) => {
    await assertMigrated(dataSource);
    if (!(await isEmptyDesk(dataSource))) return say('There are tickets already: no demo data needed');
    const claim = claimDatabase(config.database);
    try {
      await dialectOf(dataSource).alone(dataSource, 'seed', () => seedIfEmpty(dataSource, config));
    } finally {
      claim.release();
    }
  });
}

/** Asked again, for two may have started at once. */
async function seedIfEmpty(dataSource: DataSource, config: Config): Promise<void> {
  if (!(await isEmptyDesk(dataSource))) return say('There are tickets already: no demo data needed');
  const { tickets, messages, files } = await withStorage(config, (storage) =>
    loadDemo(dataSource, storage, Date.now()),
  );
  say(`Loaded ${tickets} demo tickets with ${messages} messages and ${files} files`);
}

async function seedMany(
  { app, database }: Config,
  tickets: number,
  { seed, until }: Pick<SeedOptions, 'seed' | 'until'>,
): Promise<void> {
  if (database.type !== 'sqlite')
    throw new StartupError(
      'Many tickets are seeded into SQLite only: take DATABASE_URL away, or --demo-if-empty',
    );
  const claim = claimDatabase(database);
  const interrupt = new AbortController();
  process.once('SIGINT', () => interrupt.abort());
  const progress = new ProgressLine();
  try {
    await assertNobodyThere(database.path);
    const began = performance.now();
    const accounts = app.NODE_ENV === 'development' ? await demoAccounts() : [];
    const seeded = await seedDesk(
      database.path,
      { tickets, seed, until },
      accounts,
      (state) => progress.show(state),
      interrupt.signal,
    );
    progress.end();
    const seconds = (performance.now() - began) / 1000;
    say(
      `Made ${count(seeded.tickets)} tickets, ${count(seeded.rows)} rows, in ${seconds.toFixed(1)} s: ` +
        `${count(Math.round(seeded.rows / seconds))} rows/s, search index included`,
    );
  } finally {
    progress.end();
    claim.release();
  }
}

async function demoAccounts(): Promise<DeskAccount[]> {
  const hashes = await hashDemoPasswords();
  return DEMO_ACCOUNTS.map(({ name, email, role }) => ({
    name,
    email,
    role,
    passwordHash: hashes.get(email) as string,
  }));
}

/** The configured storage. It signs no link here, so any secret will do. */
async function withStorage<T>(config: Config, work: (storage: FileStorage) => Promise<T>): Promise<T> {
  const module = StorageModule.register({ ...config.storage, signingSecret: randomBytes(32) });
  const context = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
  try {
    return await work(context.get(FileStorage));
  } finally {
    await context.close();
  }
}

const count = (number: number): string => number.toLocaleString('en');

function wholeNumber(text: string): number {
  const number = Number(text.replace(/[_,]/g, ''));
  if (Number.isSafeInteger(number) && number >= 1 && number <= MOST_TICKETS) return number;
  throw new InvalidArgumentError(`A whole number from 1 to ${count(MOST_TICKETS)} is needed.`);
}

function day(text: string): number {
  const instant = Date.parse(text);
  if (Number.isNaN(instant)) throw new InvalidArgumentError('A date such as 2026-11-22 is needed.');
  return instant;
}

/** In UTC, so that a seed gives the same desk all day long. */
function startOfToday(): number {
  return Math.floor(Date.now() / DAY) * DAY;
}
