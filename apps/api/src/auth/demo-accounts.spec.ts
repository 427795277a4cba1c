import { StartupError } from '../common/startup-error';
import { TestDesk } from '../testing/test-desk';
import { DEMO_ACCOUNTS, assertNoDemoAccounts } from './demo-accounts';
import { hashPassword } from './password';

const MAJA = DEMO_ACCOUNTS.find(({ role }) => role === 'agent') as (typeof DEMO_ACCOUNTS)[number];

describe('the address of a demo account', () => {
  let desk: TestDesk;
  afterEach(() => desk.close());

  it('keeps production from starting where its known password opens it', async () => {
    desk = await TestDesk.start();
    const { id } = await desk.signIn('agent', { email: MAJA.email });
    await expect(assertNoDemoAccounts(desk.database)).resolves.toBeUndefined();
    const hash = await hashPassword(MAJA.password);
    await desk.rows('update "user" set password_hash = ? where id = ?', [hash, id]);
    await expect(assertNoDemoAccounts(desk.database)).rejects.toThrow(StartupError);
    await desk.rows('update "user" set disabled_at = 1 where id = ?', [id]);
    await expect(assertNoDemoAccounts(desk.database)).resolves.toBeUndefined();
  });

  it('keeps no desk from starting that knows it as a requester only', async () => {
    desk = await TestDesk.start();
    const agent = await desk.signIn('agent');
    const ticket = { subject: 'x', body: 'x', requesterEmail: MAJA.email };
    await desk.as(agent).post('/tickets', ticket).expect(201);
    await expect(assertNoDemoAccounts(desk.database)).resolves.toBeUndefined();
  });

  it.each([
    ['development', 201],
    ['production', 400],
    ['staging', 400],
  ])('can be registered, however it is written: %s, %i', async (environment, status) => {
    desk = await TestDesk.start({ env: { NODE_ENV: environment } });
    const account = { email: MAJA.email.toUpperCase(), password: MAJA.password, name: 'Mallory' };
    await desk.anonymous.post('/auth/register', account).expect(status);
  });
});
