import type { CommanderError } from 'commander';
import { maintenanceCommand } from './maintenance';

describe('npm run maintenance', () => {
  it.each([
    [['sometimes'], /Allowed choices are on, off, status/],
    [['on', '--message', 'x'.repeat(301)], /At most 300 characters/],
    [['on', '--until', 'tomorrow'], /Write it like 2026-11-26T05:00/],
    [['on', '--until', '2026-13-41T05:00'], /Write it like 2026-11-26T05:00/],
    [['on', '--until', '2020-01-01T00:00'], /over already/],
    [['off', '--message', 'Hello'], /belong to `maintenance on`/],
    [['status', '--until', '2999-01-01T00:00'], /belong to `maintenance on`/],
    [[], /missing required argument/],
  ])('%j is refused before a database is opened', async (given, said) => {
    const command = maintenanceCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => undefined });
    const refused = command.parseAsync(given, { from: 'user' });
    await expect(refused).rejects.toThrow(said);
    await refused.catch((error: CommanderError) => expect(error.code).toMatch(/^commander\./));
  });
});
