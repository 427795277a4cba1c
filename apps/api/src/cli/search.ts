import { Command } from 'commander';
import { StartupError } from '../common/startup-error';
import { assertMigrated } from '../database/migration-state';
import { type SearchConsistency, checkConsistency, rebuild } from '../search/search-maintenance';
import { ProgressLine } from './progress-line';
import { withDatabase, withDatabaseAlone } from './with-database';

export function searchCommands(): Command[] {
  return [
    new Command('search:check')
      .description('fail where the search index lacks a ticket, or knows one that is not there')
      .action(check),
    new Command('search:rebuild')
      .description('write the search index anew from the tickets; the server must not run')
      .action(write),
  ];
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function check(): Promise<void> {
  await withDatabase(async (dataSource) => {
    await assertMigrated(dataSource);
    const found = await checkConsistency(dataSource);
    assertConsistent(found);
    say(`The search index holds all ${found.tickets} tickets and nothing else`);
  });
}

async function write(): Promise<void> {
  await withDatabaseAlone(async (dataSource) => {
    await assertMigrated(dataSource);
    const { tickets: total } = await checkConsistency(dataSource);
    const progress = new ProgressLine();
    const written = await rebuild(dataSource, (done) =>
      progress.show({ phase: 'Writing the search index', done, total, rows: done }),
    ).finally(() => progress.end());
    say(`Wrote the search index of ${written} tickets`);
  });
}

/** @throws StartupError with what differs, and what to do */
export function assertConsistent({ missing, orphaned }: SearchConsistency): void {
  const lines = [
    missing.length > 0 && `Tickets that the search index lacks: ${listed(missing)}`,
    orphaned.length > 0 && `Tickets that only the search index knows: ${listed(orphaned)}`,
  ].filter((line) => line !== false);
  if (lines.length > 0)
    throw new StartupError([...lines, 'End the server and run `npm run search:rebuild`'].join('\n'));
}

/** Their numbers; checkConsistency() names no more than a hundred. */
const listed = (rids: readonly number[]): string =>
  `${rids.join(', ')}${rids.length === 100 ? ' and perhaps more' : ''}`;
