import { StartupError } from '../common/startup-error';
import { ValidationError } from '../common/domain-error';
import type { Person } from '../testing/caller';
import { TestDesk } from '../testing/test-desk';
import { setPassword } from './user-password';

const PASSWORD = 'given by the operator';

describe('a password given by the operator', () => {
  let desk: TestDesk;
  let ana: Person;

  beforeEach(async () => {
    desk = await TestDesk.start();
    ana = await desk.signIn('customer');
  });
  afterEach(() => desk.close());

  const give = (email: string, password = PASSWORD) =>
    setPassword(desk.database, { email, password }, desk.clock.now());
  const signIn = (email: string, password: string) => desk.anonymous.post('/auth/login', { email, password });

  it('takes the place of the old one and ends every session, the links under way too', async () => {
    await desk.rows(`insert into password_reset (hash, user_rid, expires_at) values ('x', ?, 9e15)`, [
      ana.rid,
    ]);
    expect(await give(ana.email.toUpperCase())).toMatchObject({ email: ana.email });
    await desk.as(ana).get('/auth/me').expect(401);
    await signIn(ana.email, ana.password).expect(401);
    await signIn(ana.email, PASSWORD).expect(200);
    expect(await desk.rows('select 1 from password_reset')).toEqual([]);
  });

  it('lets in whom an agent wrote a ticket for, and whom registration turned away', async () => {
    const agent = await desk.signIn('agent');
    const email = 'guest@example.com';
    const ticket = { subject: 'x', body: 'x', requesterEmail: email };
    await desk.as(agent).post('/tickets', ticket).expect(201);
    const account = { email, password: 'a long enough password', name: 'Guest' };
    const { body } = await desk.anonymous.post('/auth/register', account).expect(409);
    expect(body.detail).toBe(
      'There is an account with this address: sign in, or ask those who run this desk for a new password',
    );
    await give(email);
    const { body: answer } = await signIn(email, PASSWORD).expect(200);
    const { body: tickets } = await desk.as({ token: answer.accessToken }).get('/tickets').expect(200);
    expect(tickets.items).toHaveLength(1);
  });

  it('is refused for nobody, for a disabled user, and where it is no good one', async () => {
    await expect(give('nobody@example.com')).rejects.toThrow(StartupError);
    await expect(give(ana.email, 'qwertyuiop')).rejects.toThrow(ValidationError);
    await desk.rows('update "user" set disabled_at = 1 where rid = ?', [ana.rid]);
    await expect(give(ana.email)).rejects.toThrow(StartupError);
    expect(await desk.rows('select 1 from session where ended_at is not null')).toEqual([]);
  });
});
