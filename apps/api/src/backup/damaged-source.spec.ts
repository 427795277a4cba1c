import Database from 'better-sqlite3';
import type { SqliteConfig } from '../config/database.schema';
import { describeOnSqlite } from '../testing/test-database';
import { listBackups } from './backup-place';
import { DeskWithBackups } from './testing/a-desk-with-backups';

describeOnSqlite('a backup of a database that is damaged', () => {
  let desk: DeskWithBackups;
  beforeEach(async () => void (desk = await DeskWithBackups.make()));
  afterEach(() => desk.remove());

  const change = (...statements: string[]): void => {
    const connection = new Database((desk.config.database as SqliteConfig).path);
    connection.unsafeMode(true);
    for (const sql of ['pragma writable_schema = on', ...statements]) connection.exec(sql);
    connection.close();
  };

  it('finds an index that lacks rows: VACUUM INTO carries it over as it is, and the words are of the desk', async () => {
    change('create table kept (a); create index of_kept on kept (a); insert into kept values (1)');
    change(
      `create table schema_kept as select * from sqlite_master where name = 'of_kept'`,
      `delete from sqlite_master where name = 'of_kept'`,
    );
    change('insert into kept values (2)');
    change('insert into sqlite_master select * from schema_kept');
    await expect(desk.backUp()).rejects.toThrow(
      /integrity check.*The database \S*desk\.sqlite itself is damaged.*does not count/s,
    );
    expect((await listBackups(await desk.place())).manifests).toEqual([]);
  });

  it('names the row of an attachment that no file can be proven by', async () => {
    change('pragma ignore_check_constraints = on', `update attachment set size = 'big' where rid = 1`);
    const [{ id } = { id: '' }] = await desk.query<{ id: string }>('select id from attachment where rid = 1');
    await expect(desk.backUp()).rejects.toThrow(
      new RegExp(`attachment ${id} has no right size.*Mend that row`),
    );
    expect((await listBackups(await desk.place())).manifests).toEqual([]);
  });
});
