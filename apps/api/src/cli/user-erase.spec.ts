import { StartupError } from '../common/startup-error';
import { MaintenanceService } from '../maintenance.service';
import { aFile, openTicket, upload } from '../testing/builders';
import { TestDesk } from '../testing/test-desk';
import { eraseByEmail } from '../users/erasure/erase-by-email';

describe('a person erased by the operator', () => {
  let desk: TestDesk;
  beforeEach(async () => {
    desk = await TestDesk.start();
  });
  afterEach(() => desk.close());

  it('is found by their address however it is spelt, and goes with tickets and files', async () => {
    const ana = await desk.signIn('customer', { email: 'Ana@example.com' });
    await upload(desk, ana, await openTicket(desk, ana), aFile());
    const erased = await eraseByEmail(desk.database, desk.config, 'ANA@example.com');
    expect(erased).toEqual({ userId: ana.id, tickets: 1, files: 1 });
    expect(await desk.rows('select 1 from "user"')).toEqual([]);
    expect(await desk.rows('select 1 from unsettled_object')).toEqual([]);
    const objects = [];
    for await (const object of desk.storage.list('')) objects.push(object);
    expect(objects).toEqual([]);
    await desk.as(ana).get('/auth/me').expect(401);
  });

  it('is without name and access where it is interrupted, and the server erases the rest', async () => {
    const ana = await desk.signIn('customer');
    await openTicket(desk, ana);
    const interrupted = eraseByEmail(desk.database, desk.config, ana.email, AbortSignal.abort());
    await expect(interrupted).rejects.toThrow(/aborted/);
    await desk.as(ana).get('/auth/me').expect(401);
    expect(await desk.rows('select name from "user"')).toEqual([{ name: 'Erased' }]);
    await desk.app.get(MaintenanceService, { strict: false }).run();
    expect(await desk.rows('select 1 from "user"')).toEqual([]);
    expect(await desk.rows('select 1 from ticket')).toEqual([]);
  });

  it('is not, where nobody has the address, or somebody at the desk', async () => {
    const agent = await desk.signIn('agent');
    await expect(eraseByEmail(desk.database, desk.config, 'x@example.com')).rejects.toThrow(StartupError);
    await expect(eraseByEmail(desk.database, desk.config, agent.email)).rejects.toThrow(/work at this desk/);
    expect(await desk.rows('select 1 from "user"')).toHaveLength(1);
  });

  it('is not, where the store cannot be opened: nobody would remove the files', async () => {
    const ana = await desk.signIn('customer');
    const elsewhere = { ...desk.config.storage, uploadDir: `${desk.folder}/not-mounted` };
    const config = { ...desk.config, storage: elsewhere };
    await expect(eraseByEmail(desk.database, config, ana.email)).rejects.toThrow(/folder/);
    await desk.as(ana).get('/auth/me').expect(200);
  });
});
