import type { DataSource } from 'typeorm';
import { StartupError } from '../common/startup-error';
import { openTestDatabase } from '../testing/test-database';
import { migrate } from './migrate';
import { assertExactSchema, assertMigrated, migrationState } from './migration-state';

describe('what the migrations of a database say', () => {
  let desk: DataSource;
  beforeEach(async () => (desk = await openTestDatabase({ bare: true })));
  afterEach(() => desk.destroy());

  /** As if a newer version had migrated it. */
  const had = (...names: string[]) =>
    Promise.all(
      names.map((name, n) =>
        desk.query('insert into migrations (timestamp, name) values (?, ?)', [9_999_999_999_000 + n, name]),
      ),
    );

  it('asks for those that are missing', async () => {
    for (const check of [assertMigrated, assertExactSchema]) {
      await expect(check(desk)).rejects.toThrow(StartupError);
      await expect(check(desk)).rejects.toThrow(/^The database lacks \d+ migration.*npm run migration:run/);
    }
    await migrate(desk);
    expect(await assertMigrated(desk)).toEqual([]);
    await assertExactSchema(desk);
  });

  it('lets a build run on the schema of a newer one, and says whose', async () => {
    await migrate(desk);
    await had('AddTeams9999999999000', 'AddMacros9999999999001');
    expect(await migrationState(desk)).toEqual({
      pending: [],
      unknown: ['AddTeams9999999999000', 'AddMacros9999999999001'],
    });
    expect(await assertMigrated(desk)).toEqual(['AddTeams9999999999000', 'AddMacros9999999999001']);
  });

  it('lets nothing that carries a whole desk work on the schema of a newer one', async () => {
    await migrate(desk);
    await had('AddTeams9999999999000');
    await expect(assertExactSchema(desk)).rejects.toThrow(/newer version of Liftdesk .*AddTeams/);
  });

  it('lets no build run where a newer one took something away', async () => {
    await migrate(desk);
    await had('AddTeams9999999999000', 'ContractTags9999999999001');
    await expect(assertMigrated(desk)).rejects.toThrow(
      /newer version of Liftdesk \(it has ContractTags9999999999001\)/,
    );
  });
});
