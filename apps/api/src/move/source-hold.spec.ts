import type { DataSource } from 'typeorm';
import { databaseSchema } from '../config/database.schema';
import { migrate } from '../database/migrate';
import { openDatabase } from '../database/open-database';
import { bareTestDatabase, describeOnPostgres } from '../testing/test-database';
import { holdSource } from './source-hold';

describeOnPostgres('a source in PostgreSQL that no server is connected to', () => {
  it('is held, also in a maintenance that is begun meanwhile, until a server is', async () => {
    const { env, drop } = await bareTestDatabase();
    const config = databaseSchema.parse(env);
    const served = async <T>(work: (server: DataSource) => Promise<T>): Promise<T> => {
      const server = await openDatabase(config);
      try {
        return await work(server);
      } finally {
        await server.destroy();
      }
    };
    await served(migrate);
    const hold = await holdSource(config);
    expect(hold.obstacle).toBeNull();
    expect(await hold.isHeld()).toBe(true);
    await served((server) => server.query('insert into maintenance (id, since) values (1, 1)'));
    expect(await hold.isHeld()).toBe(true);
    // It may have taken writes before the maintenance.
    expect(await served(() => hold.isHeld())).toBe(false);
    await drop();
  });
});
