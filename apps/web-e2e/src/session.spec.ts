import type { Page, Request } from '@playwright/test';
import { expect, test } from './harness/journey';
import { INGRID, type Person, somebody } from './harness/people';

async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Keeps what the page asks for from the server until the returned function is called. */
async function holdReads(page: Page): Promise<() => void> {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route('**/api/**', async (route) => {
    if (route.request().method() === 'GET') await released;
    await route.fallback();
  });
  return release;
}

test('a link to a ticket survives the sign-in, on either side', async ({ visit, api }) => {
  const lena = somebody('Lena Vogt');
  const ticket = await (await api.register(lena)).openTicket('Bell fell off', 'It rang and fell.');

  const customer = await visit();
  await customer.goto(`/my/tickets/${ticket.number}`);
  await expect(customer.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await signIn(customer, lena);
  await expect(customer.getByRole('heading', { level: 1, name: 'Bell fell off' })).toBeVisible();
  await expect(customer).toHaveURL(new RegExp(`/my/tickets/${ticket.number}$`));

  const agent = await visit();
  // The customer's address, pasted to an agent, with a filter after it in the next one.
  await agent.goto(`/my/tickets/${ticket.number}`);
  await signIn(agent, INGRID);
  await expect(agent).toHaveURL(new RegExp(`/tickets/${ticket.number}$`));
  await expect(agent.getByRole('heading', { level: 1, name: 'Bell fell off' })).toBeVisible();

  const other = await visit();
  await other.goto('/tickets?status=new,open&priority=urgent');
  await signIn(other, INGRID);
  await expect(other.getByRole('group', { name: /^Priority is Urgent/ })).toBeVisible();
});

test('a wrong password keeps the address and says no more than that', async ({ visit, expectNoise }) => {
  const page = await visit();
  expectNoise(page, /401 .*\/api\/auth\/login/);
  await page.goto('/sign-in');
  await signIn(page, { ...INGRID, password: 'not the password' });
  await expect(page.getByRole('alert')).toContainText('Email and password do not match');
  await expect(page.getByLabel('Email')).toHaveValue(INGRID.email);
  await signIn(page, INGRID);
  await expect(page.getByRole('grid')).toBeVisible();
});

test('an expired access token is renewed unseen, once for all that wait', async ({ visit, expectNoise }) => {
  const page = await visit({ as: INGRID });
  expectNoise(page, /401 .*\/api\/tickets/);
  await page.goto('/tickets');
  const rows = page.getByRole('grid').getByRole('row');
  await expect(rows.first()).toBeVisible();

  const first = (await page.request.post('/api/auth/refresh')).status();
  expect(first, 'the cookie works beside the page').toBe(200);
  const renewals: Request[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('/api/auth/refresh')) renewals.push(request);
  });
  // As the server sees a token of yesterday, until the page comes with a new one.
  await page.route('**/api/tickets/**', async (route) => {
    if (renewals.length > 0) return route.continue();
    await route.continue({ headers: { ...route.request().headers(), authorization: 'Bearer of.old.news' } });
  });
  await rows.first().getByRole('link').click();
  await expect(page.getByRole('article').first()).toBeVisible();
  await expect(page.getByRole('dialog')).toHaveCount(0);
  expect(renewals).toHaveLength(1);
});

test('a dead session asks to sign in and sends what was typed', async ({ visit, api, expectNoise }) => {
  const nils = somebody('Nils Berg');
  const ticket = await (await api.register(nils)).openTicket('Saddle squeaks', 'Since Monday.');
  const people: { person: Person; path: string; field: string; send: string }[] = [
    { person: nils, path: `/my/tickets/${ticket.number}`, field: 'Your answer', send: 'Send answer' },
    { person: INGRID, path: `/tickets/${ticket.number}`, field: 'Reply', send: 'Send, set Pending' },
  ];
  for (const { person, path, field, send } of people) {
    await test.step(person.name, async () => {
      const page = await visit({ as: person });
      expectNoise(page, /401 .*\/api\//);
      const words = `Typed by ${person.name} while the session ended`;
      // Events would tell the page at once; here the sending must be what finds the session gone.
      await page.route('**/api/events', (route) => route.fulfill({ status: 204 }));
      await page.goto(path);
      await page.getByRole('textbox', { name: field }).fill(words);
      await page.waitForLoadState('networkidle');
      const letNewsThrough = await holdReads(page);
      expect((await page.request.post('/api/auth/logout')).status()).toBe(204);
      await page.getByRole('button', { name: send }).first().click();

      const dialog = page.getByRole('dialog', { name: 'Sign in again' });
      await expect(dialog).toBeVisible();
      letNewsThrough();
      await dialog.getByLabel(`Password of ${person.email}`).fill('a wrong one');
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await expect(dialog).toContainText('This is not your password');
      await dialog.getByLabel(`Password of ${person.email}`).fill(person.password);
      await dialog.getByRole('button', { name: 'Sign in' }).click();
      await expect(dialog).toBeHidden();
      await expect(page.getByRole('article').getByText(words)).toHaveCount(1);
      await expect(page.getByRole('textbox', { name: field })).toHaveValue('');
    });
  }
  // An agent's reply stands on the page before it is at the desk.
  const caller = await api.signIn(nils);
  await expect.poll(async () => (await caller.messages(ticket.id)).length).toBe(3);
});

test('signing out ends it in every tab, and Back shows nothing', async ({ visit, api }) => {
  const nora = somebody('Nora Lund');
  await (await api.register(nora)).openTicket('Private matter', 'Nobody else should read this.');
  const page = await visit({ as: nora });
  await page.goto('/my/tickets');
  await expect(page.getByRole('link', { name: /Private matter/ }).first()).toBeVisible();
  const other = await page.context().newPage();
  await other.goto('/account');
  await other.getByRole('button', { name: 'Sign out' }).first().click();
  await expect(other.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('Private matter')).toHaveCount(0);
});
