import { UnsettledObjects } from '../attachments/unsettled-objects';
import { InterruptedError, RefusedError } from '../common/operator-errors';
import { StartupError } from '../common/startup-error';
import { beginMaintenance, endMaintenance } from '../maintenance-mode/maintenance-switch';
import { MaintenanceService } from '../maintenance.service';
import { aFile, openTicket, upload } from '../testing/builders';
import { TestDesk } from '../testing/test-desk';
import { eraseByEmail } from '../users/erasure/erase-by-email';
import { eraseAsOperator } from './user-erase';

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
    const interrupted = eraseByEmail(desk.database, desk.config, ana.email, {
      signal: AbortSignal.abort(),
    });
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

  it('is written down in the log, by ids: after a restore they are erased again', async () => {
    const ana = await desk.signIn('customer', { email: 'ana@example.com' });
    await eraseAsOperator(desk.database, desk.config, ana.email);
    const lines = (await desk.log()).split('\n').filter((line) => line.includes('user.erased'));
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ userId: ana.id, tickets: 0, files: 0 }),
    ]);
    expect(lines[0]).not.toContain('ana@');
  });

  it('is not, where that line could not be written', async () => {
    const ana = await desk.signIn('customer');
    const logging = { ...desk.config.logging, LOG_DIR: `${process.execPath}/logs` };
    const erased = eraseAsOperator(desk.database, { ...desk.config, logging }, ana.email);
    await expect(erased).rejects.toThrow(/^The log cannot be opened: ENOTDIR.*Nothing was erased$/);
    await desk.as(ana).get('/auth/me').expect(200);
  });

  it('stays as far as it is when a maintenance begins, says so, and is done after it', async () => {
    const ana = await desk.signIn('customer');
    const tickets = () => desk.rows('select 1 from ticket');
    for (let n = 0; n < 21; n += 1) await openTicket(desk, ana);
    await upload(desk, ana, { id: '1' }, aFile());
    jest
      .spyOn(UnsettledObjects.prototype, 'remove')
      .mockImplementationOnce(() => beginMaintenance(desk.database, {}));
    const erased = eraseAsOperator(desk.database, desk.config, ana.email);
    await expect(erased).rejects.toThrow(/looked after.*a server erases the rest/);
    await expect(erased).rejects.not.toBeInstanceOf(RefusedError);
    expect(await tickets()).toHaveLength(1);
    await endMaintenance(desk.database);
    await desk.app.get(MaintenanceService, { strict: false }).run();
    expect(await tickets()).toEqual([]);
  });

  it('is refused in maintenance, and told when it is interrupted', async () => {
    const ana = await desk.signIn('customer');
    const erase = (signal?: AbortSignal) => eraseAsOperator(desk.database, desk.config, ana.email, signal);
    await beginMaintenance(desk.database, {});
    await expect(erase()).rejects.toThrow(RefusedError);
    await endMaintenance(desk.database);
    await desk.as(ana).get('/auth/me').expect(200);
    await expect(erase(AbortSignal.abort())).rejects.toThrow(InterruptedError);
  });
});
