import type { Page } from '@playwright/test';
import { Api } from './harness/api';
import { Desk } from './harness/desk';
import { expect, test } from './harness/journey';
import { INGRID, KATRIN, MAJA, type Person } from './harness/people';

const MESSAGE = 'We move to a bigger house.';
/** Refused writes. */
const NOISE = /503 .*\/api\//;

/** Where no event tells of it, a page asks every 15 s. */
const LATE = { timeout: 30_000 };

const notice = (page: Page) => page.getByRole('status').filter({ hasText: 'Maintenance' });
const worksAgain = (page: Page, what: string) =>
  page.getByRole('region', { name: 'Message' }).filter({ hasText: `${what} works again` });

/** Where things stand on the screen. */
const placesOf = (page: Page) =>
  page
    .locator('header, h1, nav, article, [role=row]')
    .evaluateAll((all) => all.map((one) => Math.round(one.getBoundingClientRect().top)));

test.describe('in maintenance', () => {
  let desk: Desk;
  test.beforeEach(async ({ closeAtEnd }) => {
    desk = closeAtEnd(await Desk.open());
  });

  const begin = () => desk.run('maintenance', 'on', '--message', MESSAGE);
  const end = () => desk.run('maintenance', 'off');

  test('an agent reads on, keeps what was typed over a reload, and sends it once it is over', async ({
    visit,
    expectNoise,
    playwright,
  }) => {
    const page = await visit({ as: INGRID, at: desk });
    expectNoise(page, NOISE);
    await page.goto('/tickets');
    await page.getByRole('grid').getByRole('row').first().getByRole('link').click();
    await expect(page.getByRole('article').first()).toBeVisible();
    const reply = page.getByRole('textbox', { name: 'Reply' });
    await reply.fill('Begun before');
    const path = new URL(page.url()).pathname;

    await test.step('the notice comes by itself, and takes neither place nor caret', async () => {
      await page
        .getByRole('link', { name: /All open/ })
        .first()
        .click();
      await expect(page.getByRole('grid')).toBeVisible();
      const before = await placesOf(page);
      const focused = page.locator(':focus');
      const where = await focused.evaluate((one) => one.outerHTML.slice(0, 60));
      await begin();
      await expect(notice(page)).toContainText('Reading goes on, writing waits until it is over');
      await expect(notice(page)).toContainText(MESSAGE);
      expect(await placesOf(page)).toEqual(before);
      expect(await focused.evaluate((one) => one.outerHTML.slice(0, 60))).toBe(where);
    });

    await test.step('a reply is refused and stays, also over a reload, which signs nobody out', async () => {
      await page.goto(path);
      await expect(reply).toHaveValue('Begun before');
      await reply.fill('Begun before, sent too early');
      await page.getByRole('button', { name: /^Send, set Pending/ }).click();
      const unsent = page.getByRole('article', { name: 'Reply by Ingrid Solberg, not sent' });
      await expect(unsent).toContainText('Maintenance is under way');
      await expect(unsent).toContainText('send it again then');
      await page.reload();
      await expect(unsent).toContainText('Begun before, sent too early');
      await expect(notice(page)).toBeVisible();
    });

    await test.step('it is over by itself, and the reply arrives once', async () => {
      await end();
      await expect(worksAgain(page, 'Writing')).toBeVisible(LATE);
      await expect(notice(page)).toHaveCount(0);
      await page.getByRole('button', { name: 'Send again' }).click();
      await expect(page.getByRole('article', { name: 'Reply by Ingrid Solberg', exact: true })).toHaveCount(
        1,
      );
      const api = new Api(() => playwright.request.newContext({ baseURL: desk.url }));
      const caller = await api.signIn(INGRID);
      const { id } = await caller.ticket(path.split('/').at(-1) ?? '');
      const arrived = async () =>
        (await caller.messages(id)).filter(({ body }) => body === 'Begun before, sent too early').length;
      // It stands on the page before it is at the desk.
      await expect.poll(arrived).toBe(1);
    });
  });

  test('a customer’s answer and its file wait, and go out when it is over', async ({
    visit,
    expectNoise,
  }) => {
    const page = await visit({ as: KATRIN, at: desk });
    expectNoise(page, NOISE);
    await page.goto('/my/tickets');
    await page.getByRole('link', { name: 'Akku zeigt' }).last().click();
    const answer = page.getByLabel('Your answer');
    await answer.fill('Es geht wieder.');
    await begin();
    await expect(notice(page)).toBeVisible();
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'display.txt', mimeType: 'text/plain', buffer: Buffer.from('E-04') });
    await expect(page.getByRole('alert')).toContainText('Files wait until the maintenance is over');
    await end();
    await expect(page.getByRole('list', { name: 'Files' })).toContainText('Added', LATE);
    await page.getByRole('button', { name: 'Send answer' }).click();
    await expect(page.getByRole('article').filter({ hasText: 'Es geht wieder.' })).toHaveCount(1);
    await expect(page.getByRole('button', { name: /display\.txt/ })).toBeVisible();
    await expect(answer).toHaveValue('');
  });

  test('the door says that signing in waits, and opens after it', async ({ visit, expectNoise }) => {
    await begin();
    const page = await visit({ at: desk });
    expectNoise(page, NOISE);
    await page.goto('/tickets');
    await expect(notice(page)).toContainText('Signing in waits until it is over');
    await signIn(page, MAJA);
    await expect(page.getByRole('alert')).toContainText('Signing in waits until it is over');
    await expect(page.getByLabel('Email')).toHaveValue(MAJA.email);
    await end();
    await expect(worksAgain(page, 'Signing in')).toBeVisible(LATE);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByRole('grid')).toBeVisible();
  });
});

test('whoever comes back to a session that is gone is told once, and led back to what was typed', async ({
  visit,
}) => {
  const page = await visit({ as: INGRID });
  await page.goto('/tickets');
  await page.getByRole('grid').getByRole('row').first().getByRole('link').click();
  await page.getByRole('textbox', { name: 'Reply' }).fill('Typed before the move');
  const path = new URL(page.url()).pathname;
  await expect(page.getByText(/Draft saved/)).toBeVisible();
  // As a move does it: the desk knows no session of before, and this window was closed meanwhile.
  await page.goto('about:blank');
  expect((await page.request.post('/api/auth/logout')).status()).toBe(204);
  await page.goto(path);
  await expect(page.getByText('Your session has ended. Sign in')).toBeVisible();
  await page.reload();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expect(page.getByText('Your session has ended')).toHaveCount(0);
  await signIn(page, INGRID);
  await expect(page).toHaveURL(new RegExp(`${path}$`));
  await expect(page.getByRole('textbox', { name: 'Reply' })).toHaveValue('Typed before the move');
});

async function signIn(page: Page, { email, password }: Person): Promise<void> {
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}
